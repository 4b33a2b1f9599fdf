#include "controller/judge/finding/finding_json.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace plumb::judge {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

constexpr std::size_t kLongestText = 4096;

bool is_flat(const value& of) {
    const auto plain = [](const value& each) { return !each.is_structured(); };
    if (of.is_array()) return std::all_of(of.get_array().begin(), of.get_array().end(), plain);
    return std::all_of(of.get_object().begin(), of.get_object().end(),
                       [&](const auto& pair) { return plain(pair.value()); });
}

void write(const value& of, int depth, std::string& out);

std::string quoted(std::string_view text) {
    return boost::json::serialize(boost::json::string(sanitize(text, kLongestText)));
}

// `items`: how many; `item(i)` writes one.
template <class Item>
void write_list(char open, char close, std::size_t items, bool flat, int depth, std::string& out,
                const Item& item) {
    out += open;
    for (std::size_t i = 0; i < items; ++i) {
        if (i > 0) out += flat ? ", " : ",";
        if (!flat) out += fmt::format("\n{:{}}", "", 2 * (depth + 1));
        item(i);
    }
    if (!flat) out += fmt::format("\n{:{}}", "", 2 * depth);
    out += close;
}

void write(const value& of, int depth, std::string& out) {
    if (const object* map = of.if_object()) {
        write_list('{', '}', map->size(), is_flat(of), depth, out, [&](std::size_t i) {
            const auto& pair = *(map->begin() + static_cast<std::ptrdiff_t>(i));
            out += quoted(pair.key());
            out += ": ";
            write(pair.value(), depth + 1, out);
        });
    } else if (const array* list = of.if_array()) {
        write_list('[', ']', list->size(), is_flat(of), depth, out,
                   [&](std::size_t i) { write((*list)[i], depth + 1, out); });
    } else if (const auto* text = of.if_string()) {
        out += quoted(*text);
    } else if (const double* number = of.if_double()) {
        out += std::isfinite(*number) ? fmt::format("{}", *number) : "null";
    } else {
        out += boost::json::serialize(of);
    }
}

}  // namespace

std::string pretty(const value& of) {
    std::string out;
    write(of, 0, out);
    return out;
}

object to_json(const Finding& finding) {
    object scope;
    for (const auto& [name, label] : finding.scope)
        scope[name] = label;
    object evidence = finding.evidence;
    if (!finding.folded.empty()) {
        array folded;
        for (const Finding& each : finding.folded)
            folded.emplace_back(to_json(each));
        evidence["folded"] = std::move(folded);
    }
    return {{"category", plumb::to_string(finding.category)},
            {"severity", to_string(finding.severity)},
            {"dependency", finding.dependency},
            {"layer", plumb::to_string(finding.layer)},
            {"cause", finding.cause},
            {"subject", finding.subject},
            {"baseline", finding.baseline},
            {"candidate", finding.candidate},
            {"scope", std::move(scope)},
            {"confidence", finding.confidence},
            {"reason", finding.reason},
            {"action", finding.action},
            {"evidence", std::move(evidence)}};
}

object to_json(const Comparison& comparison) {
    object out{
        {"dependency", comparison.dependency}, {"subject", comparison.subject}, {"found", comparison.found}};
    for (const auto& [key, text] : {std::pair{"test", &comparison.test},
                                    {"evidence", &comparison.evidence},
                                    {"interval", &comparison.interval},
                                    {"threshold", &comparison.threshold},
                                    {"margin", &comparison.margin},
                                    {"why", &comparison.why}}) {
        if (!text->empty()) out[key] = *text;
    }
    return out;
}

std::string to_json(const Report& report) {
    array findings;
    for (const Finding& each : report.findings)
        findings.emplace_back(to_json(each));
    object document{{"verdict", to_string(report.verdict)},
                    {"findings", std::move(findings)},
                    {"coverage", report.coverage}};
    if (!report.comparisons.empty()) {
        array comparisons;
        for (const Comparison& each : report.comparisons)
            comparisons.emplace_back(to_json(each));
        document["comparisons"] = std::move(comparisons);
    }
    return pretty(document) + "\n";
}

}  // namespace plumb::judge
