// What a server answers to one message: tables of text, and at most one refusal.
#pragma once

#include "probes/net/error.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::postgres {

struct Table {
    std::vector<std::string> columns;
    std::vector<std::vector<std::optional<std::string>>> rows;  // nullopt: NULL

    // nullopt: no such column or row, or NULL; number() also where the cell holds none within reason, and
    // amount() where it is below zero (PostgreSQL's -1 for "no limit").
    std::optional<std::string> cell(std::string_view column, std::size_t row = 0) const;
    std::optional<double> number(std::string_view column, std::size_t row = 0) const;
    std::optional<double> amount(std::string_view column, std::size_t row = 0) const;
    bool is_true(std::string_view column) const;  // of the first row
};

struct Reply {
    std::vector<Table> tables;           // of the statements that answered rows, in order
    std::optional<net::Failed> refusal;  // the server's error; the statements after it were not run
    bool ended = false;                  // and the session is over with it
};

}  // namespace plumb::postgres
