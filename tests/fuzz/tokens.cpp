// controller/access/tokens: the file that says who may do what. What is wrong with it is told without its
// tokens.
#include "controller/access/tokens.hpp"

#include "tests/fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace plumb;
    constexpr std::string_view kToken = "hunter2hunter2hunter2";
    const std::string text(fuzz::Input(data, size).rest());
    if (const auto tokens = access::Tokens::parse(text, "tokens.yaml"); !tokens) {
        const auto words = tokens.error().message;
        for (const auto line : split(words, '\n')) {
            fuzz::require_readable(line, 4096, "a complaint is bounded and readable");
            fuzz::require(line.empty() || line.starts_with("tokens.yaml:"), "a complaint names the file");
        }
    } else {
        fuzz::require(!tokens->find(""), "nobody is let in without a token");
    }
    const std::string entry = "tokens:\n  - {token: " + std::string(kToken) + ", role: reader}\n" + text;
    const auto tokens = access::Tokens::parse(entry, "tokens.yaml");
    if (!tokens && text.find("hunter2") == std::string::npos)
        fuzz::require(tokens.error().message.find(kToken) == std::string::npos, "a complaint shows no token");
    if (tokens && text.find("hunter2") == std::string::npos) {
        const auto grant = tokens->find(kToken);
        fuzz::require(grant && grant->role == access::Role::reader,
                      "a token has the role that the file says");
    }
    return 0;
}
