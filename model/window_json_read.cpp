#include "base/duration.hpp"
#include "base/text.hpp"
#include "model/run_order.hpp"
#include "model/window_json.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <boost/json.hpp>

namespace plumb {

namespace json = boost::json;

namespace {

struct Refused {
    std::string message;
};

// A JSON object being read, with its path for complaints. Refusals fly out as Refused and end in
// parse_window.
class Fields {
  public:
    Fields(const json::value& value, std::string path) : object_(value.if_object()), path_(std::move(path)) {
        if (object_ == nullptr) refuse("", "is no object");
    }

    const json::value* find(std::string_view key) const { return object_->if_contains(key); }

    const json::value& need(std::string_view key) const {
        const json::value* value = find(key);
        if (value == nullptr) refuse(key, "is missing");
        return *value;
    }

    std::string text(std::string_view key, bool required = true) const {
        const json::value* value = required ? &need(key) : find(key);
        if (value == nullptr) return {};
        const json::string* found = value->if_string();
        if (found == nullptr) refuse(key, "is no text");
        return std::string(*found);
    }

    std::uint64_t count(std::string_view key, bool required = false) const {
        const json::value* value = required ? &need(key) : find(key);
        if (value == nullptr) return 0;
        return natural(*value, key);
    }

    double number(std::string_view key) const { return as_number(need(key), key); }

    std::optional<double> optional_number(std::string_view key) const {
        const json::value* value = find(key);
        if (value == nullptr || value->is_null()) return std::nullopt;
        return as_number(*value, key);
    }

    bool flag(std::string_view key) const {
        const json::value* value = find(key);
        if (value == nullptr) return false;
        if (!value->is_bool()) refuse(key, "is neither true nor false");
        return value->get_bool();
    }

    template <class Each>
    void each(std::string_view key, std::size_t limit, bool required, const Each& read) const {
        const json::value* value = required ? &need(key) : find(key);
        if (value == nullptr) return;
        const json::array* list = value->if_array();
        if (list == nullptr) refuse(key, "is no list");
        if (list->size() > limit) refuse(key, "has more than " + std::to_string(limit) + " entries");
        std::size_t index = 0;
        for (const json::value& item : *list) {
            read(Fields(item, at(key) + "[" + std::to_string(index++) + "]"));
        }
    }

    std::uint64_t natural(const json::value& value, std::string_view key) const {
        if (value.is_uint64()) return value.get_uint64();
        if (value.is_int64() && value.get_int64() >= 0) return static_cast<std::uint64_t>(value.get_int64());
        // Some writers have only floating point: 30.0 is a whole number, too.
        if (value.is_double()) {
            const double number = value.get_double();
            if (number >= 0 && number < 9.0e15 && number == std::floor(number)) {
                return static_cast<std::uint64_t>(number);
            }
        }
        refuse(key, "is no whole number from 0");
    }

    [[noreturn]] void refuse(std::string_view key, const std::string& what) const {
        throw Refused{at(key) + " " + what};
    }

    std::string at(std::string_view key) const {
        if (path_.empty()) return key.empty() ? "the line" : std::string(key);
        return key.empty() ? path_ : path_ + "." + std::string(key);
    }

  private:
    double as_number(const json::value& value, std::string_view key) const {
        double found = 0;
        if (value.is_double()) {
            found = value.get_double();
        } else if (value.is_int64()) {
            found = static_cast<double>(value.get_int64());
        } else if (value.is_uint64()) {
            found = static_cast<double>(value.get_uint64());
        } else {
            refuse(key, "is no number");
        }
        if (!std::isfinite(found)) refuse(key, "is no finite number");
        return found;
    }

    const json::object* object_;
    std::string path_;
};

std::uint64_t middle_of(int bucket) {
    const double low = Sketch::lower_bound(bucket);
    const double high = Sketch::upper_bound(bucket);
    return static_cast<std::uint64_t>(2 * low * high / (low + high));
}

Sketch::Buckets read_buckets(const Fields& fields) {
    const json::value& list = fields.need("buckets");
    if (!list.is_array()) fields.refuse("buckets", "is no list");
    constexpr std::size_t kMost = 4096;  // a writer with a wider range than ours may send more than we keep
    if (list.get_array().size() > kMost) fields.refuse("buckets", "has more than 4096 entries");
    Sketch::Buckets buckets;
    std::uint64_t next = 0;
    for (const json::value& item : list.get_array()) {
        const json::array* pair = item.if_array();
        if (pair == nullptr || pair->size() != 2) fields.refuse("buckets", "must hold [index, count] pairs");
        const std::uint64_t index = fields.natural((*pair)[0], "buckets");
        const std::uint64_t count = fields.natural((*pair)[1], "buckets");
        if (index < next) fields.refuse("buckets", "must stand in ascending order of their index");
        if (index > kMost) fields.refuse("buckets", "has an index out of range");
        if (count == 0) fields.refuse("buckets", "has an entry that counts nothing");
        next = index + 1;
        const int kept = std::clamp(static_cast<int>(index), Sketch::kMinBucket, Sketch::kMaxBucket);
        if (buckets.empty() || buckets.back().index != kept) buckets.push_back(Sketch::bucket(kept, 0));
        const std::uint64_t before = buckets.back().times;
        buckets.back().times = before + std::min(count, Sketch::kMostTimes - before);
    }
    return buckets;
}

// Sum, minimum and maximum that fit the buckets, from those given as far as they do.
Sketch repair(const Fields& fields, std::uint64_t min, std::uint64_t max, Sketch::Buckets buckets) {
    const int first = buckets.front().index;
    const int last = buckets.back().index;
    const bool single = buckets.size() == 1 && buckets.front().times == 1;
    if (Sketch::bucket_of(min) != first || single) min = middle_of(first);
    if (Sketch::bucket_of(max) != last || single) max = middle_of(last);
    max = std::max(min, max);
    // The extremes are two of the values; the others count as the middles of their buckets.
    Sketch values;
    for (auto [index, count] : buckets) {
        if (index == first) --count;
        if (index == last && !single && count > 0) --count;
        const std::uint64_t middle = std::clamp(middle_of(index), min, max);
        values.add(std::chrono::nanoseconds(static_cast<std::int64_t>(middle)), count);
    }
    values.add(std::chrono::nanoseconds(static_cast<std::int64_t>(min)));
    if (!single) values.add(std::chrono::nanoseconds(static_cast<std::int64_t>(max)));
    auto sketch = Sketch::from_parts(values.sum_ns(), min, max, std::move(buckets));
    if (!sketch) fields.refuse("buckets", "are not valid: " + sketch.error().message);
    return *sketch;
}

// The buckets are what counts. Count, sum, minimum and maximum follow from them; they may be absent, zero or
// rounded by whoever wrote the line.
Sketch read_sketch(const Fields& fields) {
    Sketch::Buckets buckets = read_buckets(fields);
    if (buckets.empty()) return {};
    const std::uint64_t min = fields.count("min_ns");
    const std::uint64_t max = fields.count("max_ns");
    if (min > max) fields.refuse("min_ns", "is above max_ns");
    fields.count("count");  // refused when it is no number
    auto exact = Sketch::from_parts(fields.count("sum_ns"), min, max, buckets);
    return exact ? *exact : repair(fields, min, max, std::move(buckets));
}

Sketch optional_sketch(const Fields& fields, std::string_view key) {
    const json::value* value = fields.find(key);
    if (value == nullptr || value->is_null()) return {};
    return read_sketch(Fields(*value, fields.at(key)));
}

void read_parts(const Fields& fields, WindowDependency& out) {
    fields.each("phases", kMaxPhases, false, [&out](const Fields& entry) {
        WindowPhase phase;
        phase.name = entry.text("name");
        const std::string layer = entry.text("layer", false);
        phase.layer = parse_layer(layer).value_or(layer_of_phase(phase.name, out.kind));
        phase.reached = entry.count("reached", true);
        phase.clean = optional_sketch(entry, "clean");
        out.phases.push_back(std::move(phase));
    });
    fields.each("addresses", kMaxAddresses, false, [&out](const Fields& entry) {
        out.addresses.push_back({entry.text("address"), entry.count("tried"), entry.count("failed")});
    });
    fields.each("failures", kMaxFailures, false, [&out](const Fields& entry) {
        out.failures.push_back({entry.text("phase"), entry.text("cause"), entry.count("count", true)});
    });
    fields.each("facts", kMaxWindowFacts, false, [&out](const Fields& entry) {
        WindowFact fact;
        fact.name = entry.text("name");
        // A class from a newer agent is shown and not judged.
        fact.cls = parse_fact_class(entry.text("class", false)).value_or(FactClass::informational);
        fact.value = entry.text("value");
        fact.runs = entry.count("runs");
        out.facts.push_back(std::move(fact));
    });
    fields.each("gauges", kMaxGauges, false, [&out](const Fields& entry) {
        WindowGauge gauge;
        gauge.name = entry.text("name");
        gauge.last = entry.number("last");
        gauge.min = entry.optional_number("min").value_or(gauge.last);
        gauge.max = entry.optional_number("max").value_or(gauge.last);
        gauge.limit = entry.optional_number("limit");
        gauge.refuses_at_limit = entry.flag("refuses_at_limit");
        out.gauges.push_back(std::move(gauge));
    });
}

WindowDependency read_dependency(const Fields& fields) {
    WindowDependency out;
    out.dependency = fields.text("dependency");
    out.kind = fields.text("kind", false);
    out.runs = fields.count("runs", true);
    out.succeeded = fields.count("succeeded", true);
    out.suspect = fields.count("suspect");
    out.skipped = fields.count("skipped");
    out.rtt = optional_sketch(fields, "rtt");
    out.retransmitted = fields.count("retransmitted");
    read_parts(fields, out);
    // Failures that are not told must not read as no failures.
    if (out.succeeded < out.runs) fields.need("failures");
    return out;
}

Window read_window(const Fields& fields) {
    Window out;
    out.agent = fields.text("agent");
    out.sequence = fields.count("sequence", true);
    const auto start = parse_time(fields.text("start"));
    if (!start) fields.refuse("start", "is no time such as 2026-11-23T10:00:00Z");
    out.start = *start;
    const double seconds = fields.number("seconds");
    if (!(seconds > 0 && seconds <= 86400)) fields.refuse("seconds", "is not above 0 and at most 86400");
    out.length = std::chrono::milliseconds(std::max<long>(1, std::lround(seconds * 1000)));
    const std::uint64_t age = fields.count("task_age_s");
    out.task_age =
        std::chrono::seconds(std::min<std::uint64_t>(age, std::numeric_limits<std::int32_t>::max()));
    // A line that does not tell the task's age comes from a task that is old enough to be judged.
    if (fields.find("task_age_s") == nullptr) out.task_age = std::chrono::hours(24);
    out.draining = fields.flag("draining");
    const json::value* labels = fields.find("labels");
    if (labels != nullptr) {
        const Fields entries(*labels, "labels");
        for (const auto& pair : labels->get_object())
            out.labels[pair.key()] = entries.text(pair.key());
    }
    fields.each("dependencies", kMaxDependencies, true,
                [&out](const Fields& entry) { out.dependencies.push_back(read_dependency(entry)); });
    return out;
}

}  // namespace

Result<Window> parse_window(std::string_view line) {
    if (line.size() > kMaxWindowBytes) return Error{"the line is longer than 4 MiB"};
    boost::system::error_code error;
    json::parse_options options;
    options.max_depth = 16;
    const json::value value = json::parse({line.data(), line.size()}, error, {}, options);
    if (error) return Error{"the line is no JSON: " + error.message()};
    try {
        Window window = read_window(Fields(value, ""));
        if (const auto checked = check_bounds(window); !checked) return checked.error();
        sanitize_texts(window);
        // Escaped, two names may have become one.
        if (const auto checked = check_bounds(window); !checked) return checked.error();
        return window;
    } catch (const Refused& refused) {
        return Error{sanitize(refused.message, 512)};
    }
}

}  // namespace plumb
