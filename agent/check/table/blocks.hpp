// The blocks of the table: the task, and each dependency.
#pragma once

#include "agent/check/table.hpp"
#include "agent/check/table/groups.hpp"
#include "agent/check/table/page.hpp"

#include <vector>

namespace plumb::agent {

// What was cut to a line, so that the table's end can say where the whole stands.
using CutCauses = std::vector<Cause>;

// How many of the runs were made while the task itself was busy or throttled.
struct Busy {
    std::size_t busy = 0;
    std::size_t runs = 0;

    bool mostly() const { return 2 * busy > runs; }  // then the task's block tells it, once for all
};

void write_dependency(Page& page, const Group& group, const TableOptions& options, const Busy& busy,
                      CutCauses& cut);
// What is wrong with the task, or a line that nothing is.
void write_task(Page& page, const TableOptions& options, const Busy& busy, CutCauses& cut);
// All that was seen of it, which is long.
void write_task_evidence(Page& page, const TableOptions& options);
// A run that an interruption ended: how far it came.
void write_cut_short(Page& page, const Outcome& outcome);

// Parts that both have.
void write_cause(Page& page, Cause cause, std::string_view detail, CutCauses& cut);
void write_gauge(Page& page, const Gauge& gauge, std::span<const Kind> kinds);
void write_facts(Page& page, const std::vector<Fact>& facts);

}  // namespace plumb::agent
