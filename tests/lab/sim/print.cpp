#include "tests/lab/sim/print.hpp"

#include "base/terminal.hpp"
#include "base/text.hpp"
#include "controller/judge/finding/finding_json.hpp"

#include <algorithm>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>

namespace plumb::lab {
namespace {

struct Table {
    std::string title;
    std::vector<std::string> head;
    std::vector<std::vector<std::string>> rows;
};

std::string percent(const Count& count) {
    return count.of == 0 ? "–" : fmt::format("{:.1f} %", 100 * count.share());
}

Table measures_table(const Scores& scores) {
    Table out{"Targets", {"measure", "measured", "target", ""}, {}};
    for (const Measure& each : scores.measures)
        out.rows.push_back({each.name, each.value, each.target,
                            !each.met   ? ""
                            : *each.met ? "met"
                                        : "missed"});
    return out;
}

Table groups_table(const Scores& scores) {
    Table out{"The catalogue",
              {"group", "gates", "verdict right", "found", "first", "layer", "category", "cause", "scope",
               "one finding", "inconclusive", "warns", "windows"},
              {}};
    for (const GroupScore& each : scores.groups) {
        out.rows.push_back({std::string(to_string(each.group)), std::to_string(each.right.of),
                            percent(each.right), percent(each.found), percent(each.first),
                            percent(each.layer), percent(each.category), percent(each.cause),
                            percent(each.scope), percent(each.one_finding), percent(each.inconclusive),
                            percent(each.warns), in_words(each.windows)});
    }
    return out;
}

Table rivals_table(const Scores& scores) {
    Table out{"Beside simpler judges, on the same windows",
              {"judge", "A/A held", "decoys held", "hard found", "soft found", "latency found",
               "others found", "windows"},
              {}};
    for (const RivalScore& each : scores.rivals) {
        out.rows.push_back({each.name, percent(each.false_holds), percent(each.decoys), percent(each.hard),
                            percent(each.soft), percent(each.latency), percent(each.others),
                            in_words(each.windows)});
    }
    return out;
}

std::vector<Table> tables_of(const Scores& scores) {
    std::vector<Table> out;
    out.push_back(measures_table(scores));
    if (!scores.groups.empty()) out.push_back(groups_table(scores));
    if (scores.rivals.front().false_holds.of + scores.rivals.front().decoys.of > 0) {
        out.push_back(rivals_table(scores));
    }
    return out;
}

struct List {
    std::string title;
    const std::vector<Loss>* losses;
};

std::vector<List> lists_of(const Scores& scores) {
    return {{"What this judge got wrong, with the options of plumb-lab-sim that show it", &scores.misses},
            {"Where the best of the simpler judges was better (of those that hold less than a quarter of A/A "
             "and decoys)",
             &scores.behind}};
}

std::string as_text(const Table& table) {
    std::vector<std::size_t> width(table.head.size());
    const auto measure = [&](const std::vector<std::string>& row) {
        for (std::size_t i = 0; i < row.size(); ++i)
            width[i] = std::max(width[i], display_width(row[i]));
    };
    measure(table.head);
    for (const auto& row : table.rows)
        measure(row);
    const auto line = [&](const std::vector<std::string>& row) {
        std::string out;
        for (std::size_t i = 0; i < row.size(); ++i)
            out += "  " + (i + 1 == row.size() ? row[i] : pad(row[i], width[i]));
        return out + "\n";
    };
    std::string out = table.title + "\n" + line(table.head);
    for (const auto& row : table.rows)
        out += line(row);
    return out + "\n";
}

std::string as_markdown(const Table& table) {
    const auto line = [](const std::vector<std::string>& row) {
        return fmt::format("| {} |\n", fmt::join(row, " | "));
    };
    std::string out = fmt::format("### {}\n\n", table.title) + line(table.head) + "|";
    for (std::size_t i = 0; i < table.head.size(); ++i)
        out += "---|";
    out += "\n";
    for (const auto& row : table.rows)
        out += line(row);
    return out + "\n";
}

// Too long for a table: a line for what, one for how to see it.
std::string as_text(const List& list) {
    std::string out = list.title + "\n";
    for (const Loss& each : *list.losses) {
        out += fmt::format("  {} {}: {}\n", each.scenario, each.fleet, each.what);
        if (!each.shown_by.empty()) out += fmt::format("      {}\n", each.shown_by);
    }
    return out + "\n";
}

std::string as_markdown(const List& list) {
    std::string out = fmt::format("### {}\n\n", list.title);
    for (const Loss& each : *list.losses) {
        out += fmt::format("- `{}` {}: {}", each.scenario, each.fleet, each.what);
        out += each.shown_by.empty() ? "\n" : fmt::format(" (`{}`)\n", each.shown_by);
    }
    return out + "\n";
}

boost::json::array as_json(const Table& table) {
    boost::json::array out;
    for (const auto& row : table.rows) {
        boost::json::object object;
        for (std::size_t i = 0; i < row.size(); ++i)
            object[table.head[i].empty() ? "result" : table.head[i]] = row[i];
        out.push_back(std::move(object));
    }
    return out;
}

boost::json::array as_json(const List& list) {
    boost::json::array out;
    for (const Loss& each : *list.losses) {
        out.push_back({{"scenario", each.scenario},
                       {"fleet", each.fleet},
                       {"what", each.what},
                       {"options", each.shown_by}});
    }
    return out;
}

std::string print_json(const std::vector<Table>& tables, const std::vector<List>& lists, const Scores& scores,
                       const Plan& plan) {
    boost::json::object out{{"seed", plan.seed}, {"missed", scores.missed()}};
    for (const Table& each : tables)
        out[each.title] = as_json(each);
    for (const List& each : lists)
        out[each.title] = as_json(each);
    return judge::pretty(out) + "\n";
}

}  // namespace

std::string print(const Scores& scores, const Plan& plan, Format format) {
    const std::vector<Table> tables = tables_of(scores);
    const std::vector<List> lists = lists_of(scores);
    if (format == Format::json) return print_json(tables, lists, scores, plan);
    std::string out;
    for (const Table& each : tables)
        out += format == Format::markdown ? as_markdown(each) : as_text(each);
    for (const List& each : lists) {
        if (each.losses->empty()) continue;
        out += format == Format::markdown ? as_markdown(each) : as_text(each);
    }
    return out;
}

std::string print_list() {
    std::string out;
    for (const Scenario& each : catalogue()) {
        out += fmt::format("{:<48} {:<14} {}", each.name, to_string(each.group),
                           judge::to_string(each.label.verdict));
        if (!each.label.dependencies.empty()) {
            out +=
                fmt::format("  {} {} {} {}", fmt::join(each.label.dependencies, ","),
                            plumb::to_string(each.label.category),
                            plumb::to_string(each.label.layers.front()), fmt::join(each.label.causes, "|"));
        }
        for (const auto& [name, value] : each.label.scope)
            out += fmt::format(" {}={}", name, value);
        out += "\n";
    }
    return out;
}

}  // namespace plumb::lab
