// The scores as tables for a person, for a document and for a program.
#pragma once

#include "tests/lab/sim/score.hpp"

#include <string>

namespace plumb::lab {

enum class Format { text, markdown, json };

std::string print(const Scores& scores, const Plan& plan, Format format);
std::string print_list();  // the catalogue, one scenario a line

}  // namespace plumb::lab
