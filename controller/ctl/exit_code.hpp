// What plumbctl's exit codes mean; CI leans on them.
#pragma once

#include "controller/judge/finding/finding.hpp"

namespace plumb::ctl {

enum ExitCode : int {
    kPromote = 0,       // also: nothing differs, a comparison was made, a list was printed
    kHold = 1,          // also: something differs
    kUsage = 2,         // also: a file that cannot be read
    kInsufficient = 3,  // evidence is missing or stale
    kUnreachable = 4,   // the controller cannot be reached, or refused
};

inline ExitCode exit_code(judge::Verdict verdict) {
    switch (verdict) {
        case judge::Verdict::promote:
            return kPromote;
        case judge::Verdict::hold:
            return kHold;
        case judge::Verdict::insufficient:
            return kInsufficient;
    }
    return kInsufficient;
}

}  // namespace plumb::ctl
