#include "agent/program.hpp"

int main(int argc, char** argv) {
    return plumb::agent::run_program(argc, argv);
}
