// Walking the evidence of large fleets. What the tasks of a dependency show lies scattered over hundreds of
// megabytes, and most of a comparison's time would be waiting for it, one task after the other; who walks it
// asks for what comes some tasks ahead.
#pragma once

#include <algorithm>
#include <cstddef>

namespace plumb::judge {

inline constexpr std::size_t kAhead = 10;  // elements; memory answers about as late as so many take

inline void ask_for(const void* address) {
    __builtin_prefetch(address);
}

// An object that may lie across two lines.
template <class T>
void ask_for_whole(const T& object) {
    ask_for(&object);
    ask_for(reinterpret_cast<const char*>(&object + 1) - 1);
}

// Every object of a list, by cache lines; the processor sees a longer row by itself.
template <class List>
void ask_for_all(const List& list) {
    constexpr std::size_t kLine = 64;
    constexpr std::size_t kLines = 8;
    const auto* at = reinterpret_cast<const char*>(list.data());
    const std::size_t bytes = list.size() * sizeof(*list.data());
    for (std::size_t offset = 0; offset < std::min(bytes, kLine * kLines); offset += kLine)
        ask_for(at + offset);
}

// Calls visit(element) in order, and each of `steps`, in the order of their dependence, some elements before:
// a step may read what the step before it asked for.
template <class List, class Visit, class... Steps>
void walk(const List& list, const Visit& visit, const Steps&... steps) {
    const std::size_t size = list.size();
    const std::size_t lead = kAhead * sizeof...(steps);
    for (std::size_t i = 0; i < size + lead; ++i) {
        std::size_t behind = 0;  // how far this step is behind the first
        const auto step = [&](const auto& ask) {
            if (i >= behind && i - behind < size) ask(list[i - behind]);
            behind += kAhead;
        };
        (step(steps), ...);
        step(visit);
    }
}

}  // namespace plumb::judge
