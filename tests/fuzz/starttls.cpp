// probes/tcp/starttls: what a server says in plain text before TLS, in pieces. The first byte chooses the
// protocol, and before each piece a byte gives its length.
#include "probes/tcp/starttls.hpp"

#include "tests/fuzz/fuzz.hpp"

#include <array>

using namespace plumb;
using fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using tcp::Protocol;
    using Next = tcp::StartTls::Next;
    constexpr std::array kProtocols{Protocol::smtp, Protocol::imap, Protocol::pop3,
                                    Protocol::ftp,  Protocol::ldap, Protocol::postgres};
    fuzz::Input input(data, size);
    tcp::StartTls dialogue(kProtocols[input.byte() % kProtocols.size()]);
    auto next = dialogue.resume({});
    require(next == Next::read, "nothing is agreed on before the server has spoken");
    while (next == Next::read && !input.empty()) {
        const std::size_t length = input.byte();
        next = dialogue.resume(input.take(length));
    }
    if (next == Next::fail) {
        require(dialogue.cause() != Cause::unknown && !dialogue.detail().empty(), "a failure says why");
    }
    require(dialogue.greeting().size() <= tcp::kMaxDialogue, "a greeting is bounded");
    return 0;
}
