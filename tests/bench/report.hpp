// What a bench has to say: figures, each beside what it is compared with and the target it should meet.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace plumb::bench {

struct Figure {
    std::string name;  // "cpu.tcp/exporter"
    std::string what;  // one line for a person
    std::string unit;  // of ours and theirs: "us", "ms", "MiB", "bytes"
    double ours = 0;
    std::optional<double> theirs;
    // Median of the ratios round by round, which a busy machine disturbs less than either side's amount.
    std::optional<double> ratio;
    // At most this: of the ratio where there is one, else of ours. None: told for its own sake.
    std::optional<double> limit;

    double judged() const { return ratio.value_or(ours); }
    std::optional<bool> met() const;
};

struct Skipped {
    std::string bench;
    std::string reason;
};

struct Report {
    std::string suite;
    bool shortened = false;  // figures of so few runs show that the bench works, and nothing else
    std::vector<Figure> figures;
    std::vector<Skipped> skipped;
    std::vector<std::string> notes;  // how something was measured here, where it depends on the machine

    bool judged() const;  // false: shortened, or built with sanitizers
    bool missed() const;  // judged, and some target is not met
};

bool sanitized();  // this program is built with a sanitizer: its figures mean nothing

std::string render_table(const Report& report);
std::string render_json(const Report& report);

}  // namespace plumb::bench
