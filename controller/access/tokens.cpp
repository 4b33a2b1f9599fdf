#include "controller/access/tokens.hpp"

#include "base/strict_yaml.hpp"
#include "base/text.hpp"

#include <openssl/crypto.h>
#include <openssl/sha.h>

namespace plumb::access {
namespace {

constexpr std::size_t kMinToken = 16;

std::optional<std::string> required(const yaml::Reader& entry, std::string_view key, std::string_view like) {
    const auto value = entry.get(key);
    if (!value) {
        entry.complain(std::string(key) + " is missing, as in " + std::string(like));
        return std::nullopt;
    }
    return value->text();
}

std::optional<Grant> read_grant(const yaml::Reader& entry) {
    const auto role = required(entry, "role", "role: agent or role: reader");
    if (!role) return std::nullopt;
    if (*role == "reader") {
        if (entry.get("environment"))
            entry.complain("environment: a reader sees every environment; remove it");
        return Grant{Role::reader, {}};
    }
    if (*role != "agent") {
        entry.complain("role: " + quote_words(*role) + " is unknown; known: agent, reader");
        return std::nullopt;
    }
    auto environment =
        required(entry, "environment", "environment: production (an agent's token is bound to one)");
    if (!environment) return std::nullopt;
    return Grant{Role::agent, std::move(*environment)};
}

}  // namespace

Tokens::Digest Tokens::digest(std::string_view token) {
    Digest result{};
    SHA256(reinterpret_cast<const unsigned char*>(token.data()), token.size(), result.data());
    return result;
}

Result<Tokens> Tokens::parse(const std::string& text, const std::string& file_name) {
    yaml::Complaints complaints;
    complaints.file = file_name;
    Tokens tokens;
    if (const auto root = yaml::parse(text, complaints)) {
        root->expect_keys({"tokens"});
        const auto list = root->get("tokens");
        if (!list || !list->is_list() || list->items().empty()) {
            root->complain("tokens: a list of {token, role, environment} is expected");
        } else {
            for (const auto& entry : list->items()) {
                entry.expect_keys({"token", "role", "environment"});
                const auto token = required(entry, "token", "token: …");
                auto grant = read_grant(entry);
                if (token && token->size() < kMinToken) entry.complain("token: shorter than 16 characters");
                if (token && !is_visible_ascii(*token))
                    entry.complain("token: holds a space or what is no printable ASCII; it could not travel");
                if (token && tokens.find(*token)) entry.complain("token: stands twice; each has one role");
                if (token && grant) tokens.grants_.emplace_back(digest(*token), std::move(*grant));
            }
        }
    }
    if (!complaints.empty()) return Error{complaints.joined()};
    return tokens;
}

std::optional<Grant> Tokens::find(std::string_view token) const {
    const Digest wanted = digest(token);
    const Grant* found = nullptr;
    for (const auto& [known, grant] :
         grants_) {  // no early end: the time says nothing about where a match stood
        if (CRYPTO_memcmp(known.data(), wanted.data(), wanted.size()) == 0) found = &grant;
    }
    return found == nullptr ? std::nullopt : std::optional(*found);
}

}  // namespace plumb::access
