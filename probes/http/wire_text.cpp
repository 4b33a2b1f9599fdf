#include "probes/http/wire_text.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

namespace plumb::http {
namespace {

bool is_token_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

}  // namespace

std::string on_the_wire(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain =
            byte > 0x20 && byte < 0x7f && std::string_view("\"<>\\^`{|}#").find(c) == std::string_view::npos;
        if (plain) {
            out.push_back(c);
        } else {
            out += fmt::format("%{:02X}", static_cast<unsigned>(byte));
        }
    }
    return out;
}

bool is_token(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_token_character);
}

bool is_field_value(std::string_view text) {
    return std::none_of(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
    });
}

Secret base64(std::string text) {
    std::string encoded(4 * ((text.size() + 2) / 3) + 1, '\0');
    const int length =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                        reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    OPENSSL_cleanse(text.data(), text.size());
    encoded.resize(static_cast<std::size_t>(length));
    return Secret(std::move(encoded));
}

Secret basic_credentials(const std::string& user, const Secret& password) {
    if (user.empty() && password.empty()) return {};
    return base64(user + ":" + password.reveal());
}

std::string host_field(std::string_view host, std::uint16_t port, std::uint16_t usual) {
    std::string field =
        host.find(':') != std::string_view::npos ? fmt::format("[{}]", host) : std::string(host);
    if (port != usual) field += ":" + std::to_string(port);
    return field;
}

}  // namespace plumb::http
