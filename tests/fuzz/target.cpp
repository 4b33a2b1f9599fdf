// probes/registry and the settings of every kind: the options of a target's URL, as anybody may write them.
// The input is a byte for the scheme, then lines: a byte for the option, and its value.
#include "probes/net/resolver.hpp"
#include "probes/registry.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <boost/asio/io_context.hpp>

namespace {

using namespace plumb;
using fuzz::require;

constexpr std::string_view kSecret = "hunter2hunter2";

Services& services() {
    static boost::asio::io_context context;
    static const auto resolver = net::Resolver::make(context.get_executor(), {"127.0.0.1:53"}).value();
    static Services made{context.get_executor(), *resolver};
    return made;
}

// A fuzzer opens no files: what may name one is a plain word.
bool may_name_a_file(const Option& option) {
    constexpr std::array<std::string_view, 6> kWords{"ca", "cert", "key", "file", "ssl", "trust"};
    return std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) {
        return option.name.find(word) != std::string_view::npos ||
               option.meaning.find(word) != std::string_view::npos;
    });
}

std::string options_of(const Kind& kind, fuzz::Input& input) {
    std::string text;
    while (!input.empty() && !kind.options.empty()) {
        const Option& option = kind.options[input.byte() % kind.options.size()];
        auto value = input.take_until('\n');
        if (may_name_a_file(option)) value = value.substr(0, value.find_first_of("/."));
        text += (text.empty() ? "" : "&") + std::string(option.name) + '=' + fuzz::percent_encoded(value);
    }
    return text;
}

// Those a target can name: the task itself has no URL.
std::vector<const Kind*> dialled_kinds() {
    std::vector<const Kind*> kinds;
    for (const Kind& kind : all_kinds())
        if (!kind.schemes.empty()) kinds.push_back(&kind);
    return kinds;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    static const auto kinds = dialled_kinds();
    const Kind& kind = *kinds[input.byte() % kinds.size()];
    const auto scheme = kind.schemes[input.byte() % kind.schemes.size()];
    const bool typed = input.rest().find("hunter2") != std::string_view::npos;
    const auto text = std::string(scheme.name) + "://app:" + std::string(kSecret) + "@peer.test:1" +
                      (kind.options_in_fragment ? "/#" : "?") + options_of(kind, input);
    auto url = parse_url(text);
    if (!url) return 0;
    Target target;
    target.dependency = "peer";
    target.url = std::move(*url);
    const auto made = Prepared::make(std::move(target), services());
    if (!made) {
        fuzz::require_readable(made.error().message, 1024, "an error is bounded and readable");
        require(typed || made.error().message.find(kSecret) == std::string::npos, "an error shows no secret");
        return 0;
    }
    fuzz::require_readable(made->display(), kMaxUrlBytes, "a target can be shown");
    require(typed || made->display().find(kSecret) == std::string::npos, "a target shows no secret");
    return 0;
}
