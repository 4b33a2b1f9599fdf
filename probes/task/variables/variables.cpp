#include "probes/task/variables/variables.hpp"

#include "base/text.hpp"
#include "model/fact_list.hpp"
#include "probes/task/fact_room.hpp"
#include "probes/task/variables/facts.hpp"
#include "probes/task/variables/secret_names.hpp"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace plumb::task {
namespace {

constexpr std::size_t kMaxName = 96;

bool listed(const std::vector<std::string>& names, std::string_view name) {
    return std::any_of(names.begin(), names.end(), [name](std::string_view pattern) {
        if (!pattern.ends_with('*')) return pattern == name;
        pattern.remove_suffix(1);
        return name.starts_with(pattern);
    });
}

std::string named(const FactInfo& info, std::string_view variable) {
    constexpr std::string_view kPlace = "NAME";
    std::string name(info.name);
    return name.replace(name.find(kPlace), kPlace.size(), sanitize(variable, kMaxName));
}

std::string hex(std::span<const unsigned char> bytes) {
    std::string out;
    for (const auto byte : bytes)
        out += fmt::format("{:02x}", byte);
    return out;
}

// Two environments lie in two accounts more often than not; what counts is whether each uses its own.
std::string place_in_words(const AwsPlace& place, const AwsPlace& own) {
    std::string words;
    const auto add = [&words](std::string_view what, const std::string& value, const std::string& mine) {
        if (value.empty()) return;
        if (!words.empty()) words += ", ";
        words += value == mine ? fmt::format("its own {}", what) : fmt::format("{} {}", what, value);
    };
    add("account", place.account, own.account);
    add("region", place.region, own.region);
    return words;
}

// A digest that needs no key: names and fingerprints are no secrets.
std::string digest_of(const std::vector<std::string>& items) {
    std::string text;
    for (const auto& item : items)
        text.append(item).push_back('\n');
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) return {};
    return hex(std::span(digest).first(4));
}

std::string counted(const std::vector<std::string>& items) {
    return fmt::format("{} more, {}", items.size(), digest_of(items));
}

// A number or a switch is a setting of a secret rather than one, unless people type such.
bool may_be_secret(std::string_view name, const Secret& value, const Shape& shape) {
    constexpr std::size_t kShortestPin = 6;
    if (shape.words == "boolean") return false;
    if (shape.words != "number") return true;
    const auto digits = trim(value.reveal());
    return digits.size() >= kShortestPin && sounds_typed(name) &&
           digits.find_first_not_of("0123456789") == std::string_view::npos;
}

// One that is told one by one.
struct Told {
    const Variable* variable;
    Shape shape;
    FactClass of_value;
};

// Tells of the chosen variables what has room, the most important first.
class Describer {
  public:
    Describer(const VariableSettings& settings, const AwsPlace& own, Outcome& outcome)
        : settings_(settings), own_(own), outcome_(outcome) {}

    std::size_t names_left() const { return kMaxVariables - std::min(names_, kMaxVariables); }

    void missing(std::string_view name) {
        ++names_;
        tell(kRequiredVariable, name, kMissing);
    }

    void name_and_shape(const Variable& variable) {
        ++names_;
        Shape shape = shape_of(variable.value.reveal());
        const bool required = listed(settings_.required, variable.name);
        const bool missing = required && shape.words == "empty";
        tell(required ? kRequiredVariable : kVariable, variable.name, missing ? kMissing : shape.words);
        const auto of_value = class_of_value(variable, shape);
        told_.push_back({&variable, std::move(shape), of_value});
    }

    // The names of those that are not told; sorted.
    void others(const std::vector<std::string>& names) {
        outcome_.fact(kOtherVariables, counted(names));
        ++facts_;
        std::vector<std::string> items;
        items.reserve(names.size());
        for (const auto& name : names) {
            auto item = sanitize(name, kMaxName);
            std::replace(item.begin(), item.end(), ';', ',');
            items.push_back(std::move(item));
        }
        unsigned number = 0;
        for (const auto& page : list_pages(items, kVariablePages)) {
            outcome_.fact(kOtherVariablesList, number++, page);
            ++facts_;
        }
    }

    // REQUIRES: names and shapes were told.
    void places_and_values() {
        values(FactClass::must_match);
        values(FactClass::must_differ);
        for (const auto& told : told_) {
            if (!told.shape.place.empty())
                detail(kVariablePlace, told.variable->name, place_in_words(told.shape.place, own_));
        }
        values(FactClass::informational);
        if (!left_out_.empty()) outcome_.fact(kOtherValues, counted(left_out_));
    }

  private:
    FactClass class_of_value(const Variable& variable, const Shape& shape) const {
        const auto& name = variable.name;
        if (listed(settings_.must_match, name)) return FactClass::must_match;
        const bool secret = shape.secret || listed(settings_.secrets, name) ||
                            (sounds_secret(name) && may_be_secret(name, variable.value, shape));
        return secret ? FactClass::must_differ : FactClass::informational;
    }

    void values(FactClass cls) {
        if (settings_.key.empty()) return;
        FactInfo info = kVariableValue;
        info.cls = cls;
        for (const auto& told : told_) {
            if (told.of_value != cls || told.shape.words == "empty") continue;
            const auto& variable = *told.variable;
            detail(info, variable.name, fingerprint(settings_.key, variable.name, variable.value));
        }
    }

    // What must match and has no room is digested.
    void detail(const FactInfo& info, std::string_view name, std::string_view value) {
        constexpr std::size_t kLast = 1;  // for kOtherValues
        if (facts_ + kLast < kRoomOfVariables) return tell(info, name, value);
        if (info.cls == FactClass::must_match)
            left_out_.push_back(named(info, name).append("=").append(value));
    }

    void tell(const FactInfo& info, std::string_view name, std::string_view value) {
        ++facts_;
        outcome_.fact(named(info, name), info.cls, value);
    }

    const VariableSettings& settings_;
    const AwsPlace& own_;
    Outcome& outcome_;
    std::vector<Told> told_;
    std::vector<std::string> left_out_;
    std::size_t names_ = 0;
    std::size_t facts_ = 0;
};

class VariablesSection final : public Section {
  public:
    VariablesSection(VariableSettings settings, std::function<std::vector<Variable>()> environment,
                     std::function<AwsPlace()> own)
        : settings_(std::move(settings)), environment_(std::move(environment)), own_(std::move(own)) {}

    void look(Look& look, Depth depth) override {
        if (depth != Depth::inspect) return;
        describe_variables(environment_(), settings_, own_(), look.evidence);
    }

  private:
    VariableSettings settings_;
    std::function<std::vector<Variable>()> environment_;
    std::function<AwsPlace()> own_;
};

}  // namespace

std::vector<Variable> parse_environ(std::string_view text) {
    std::vector<Variable> out;
    std::set<std::string_view> seen;
    for (const auto entry : split(text, '\0')) {
        const auto equals = entry.find('=');
        if (equals == std::string_view::npos || equals == 0) continue;
        const auto name = entry.substr(0, equals);
        if (!seen.insert(name).second) continue;
        out.push_back({std::string(name), Secret(std::string(entry.substr(equals + 1)))});
    }
    return out;
}

std::string fingerprint(const Secret& key, std::string_view name, const Secret& value) {
    // The name is part of it: two variables of one value must not show that they are equal.
    std::string text;
    text.reserve(name.size() + 1 + value.reveal().size());
    text.append(name).append("=").append(value.reveal());
    const Secret message(std::move(text));
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    const auto* data = reinterpret_cast<const unsigned char*>(message.reveal().data());
    HMAC(EVP_sha256(), key.reveal().data(), static_cast<int>(key.reveal().size()), data,
         message.reveal().size(), digest.data(), &size);
    return hex(std::span(digest).first(4));
}

bool of_the_platform(std::string_view name, bool kubernetes) {
    constexpr std::array<std::string_view, 19> kNames{
        "_",         "HOSTNAME",     "PWD",  "OLDPWD",   "SHLVL",    "TERM",  "COLUMNS",
        "LINES",     "LS_COLORS",    "HOME", "USER",     "LOGNAME",  "SHELL", "MAIL",
        "COLORTERM", "TERM_PROGRAM", "PS1",  "LESSOPEN", "LESSCLOSE"};
    if (std::find(kNames.begin(), kNames.end(), name) != kNames.end()) return true;
    for (const std::string_view begin : {"ECS_", "AWS_CONTAINER_", "AWS_EXECUTION_ENV", "KUBERNETES_", "SSH_",
                                         "PLUMB_", "XDG_", "AWS_SESSION_TOKEN"}) {
        if (name.starts_with(begin)) return true;
    }
    if (!kubernetes) return false;
    // DB_SERVICE_HOST, DB_PORT_5432_TCP_ADDR.
    return name.ends_with("_SERVICE_HOST") || name.find("_SERVICE_PORT") != std::string_view::npos ||
           (name.find("_PORT_") != std::string_view::npos && name.find("_TCP") != std::string_view::npos);
}

void describe_variables(const std::vector<Variable>& variables, const VariableSettings& settings,
                        const AwsPlace& own, Outcome& outcome) {
    std::vector<const Variable*> chosen;
    std::set<std::string_view> present;
    for (const auto& variable : variables)
        present.insert(variable.name);
    const bool kubernetes = present.contains("KUBERNETES_SERVICE_HOST");
    for (const auto& variable : variables) {
        const bool asked =
            listed(settings.required, variable.name) || listed(settings.must_match, variable.name);
        // The key of the fingerprints is in both environments on purpose.
        const bool key = !settings.key.empty() && variable.value.reveal() == settings.key.reveal();
        if (key || listed(settings.ignored, variable.name)) continue;
        if (asked || !of_the_platform(variable.name, kubernetes)) chosen.push_back(&variable);
    }
    const auto rank = [&](const Variable* variable) {
        if (listed(settings.required, variable->name)) return 0;
        if (listed(settings.must_match, variable->name)) return 1;
        return listed(settings.secrets, variable->name) ? 2 : 3;
    };
    std::sort(chosen.begin(), chosen.end(), [&](const Variable* a, const Variable* b) {
        return std::pair(rank(a), std::string_view(a->name)) < std::pair(rank(b), std::string_view(b->name));
    });
    Describer describer(settings, own, outcome);
    for (const auto& name : settings.required) {
        const bool missing = !name.ends_with('*') && !present.contains(name);
        if (missing && describer.names_left() > 0) describer.missing(name);
    }
    std::vector<std::string> others;
    for (const auto* variable : chosen) {
        if (describer.names_left() > 0) {
            describer.name_and_shape(*variable);
        } else {
            others.push_back(variable->name);
        }
    }
    std::sort(others.begin(), others.end());
    if (!others.empty()) describer.others(others);
    describer.places_and_values();
}

std::unique_ptr<Section> make_variables(VariableSettings settings,
                                        std::function<std::vector<Variable>()> environment,
                                        std::function<AwsPlace()> own) {
    return std::make_unique<VariablesSection>(std::move(settings), std::move(environment), std::move(own));
}

Catalog variables_catalog() {
    Catalog catalog;
    catalog.facts = {kRequiredVariable,   kVariablePlace, kVariableValue, kOtherVariables,
                     kOtherVariablesList, kOtherValues,   kVariablesFrom};
    return catalog;
}

}  // namespace plumb::task
