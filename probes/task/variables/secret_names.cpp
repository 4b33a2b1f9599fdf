#include "probes/task/variables/secret_names.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <span>
#include <string>
#include <vector>

namespace plumb::task {
namespace {

using Words = std::vector<std::string>;
using Known = std::span<const std::string_view>;

bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}

bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}

// Whether a word begins here: "dbPassword", "APIKey".
bool begins_word(std::string_view name, std::size_t at) {
    if (at == 0 || !is_upper(name[at])) return false;
    return is_lower(name[at - 1]) ||
           (is_upper(name[at - 1]) && at + 1 < name.size() && is_lower(name[at + 1]));
}

// In capitals: DB, PASSWORD.
Words words_of(std::string_view name) {
    Words out;
    std::string word;
    const auto end_word = [&] {
        if (!word.empty()) out.push_back(std::move(word));
        word.clear();
    };
    for (std::size_t i = 0; i < name.size(); ++i) {
        const bool separates = std::isalnum(static_cast<unsigned char>(name[i])) == 0;
        if (separates || begins_word(name, i)) end_word();
        if (!separates) word.push_back(static_cast<char>(std::toupper(static_cast<unsigned char>(name[i]))));
    }
    end_word();
    return out;
}

bool is_one_of(Known known, std::string_view word) {
    return std::find(known.begin(), known.end(), word) != known.end();
}

bool ends_like_one_of(Known known, std::string_view word) {
    return std::any_of(known.begin(), known.end(),
                       [word](std::string_view end) { return word.ends_with(end); });
}

// What is about a secret and none: where it lies, how long it lasts, which it is.
bool is_about(std::string_view last) {
    constexpr std::array<std::string_view, 56> kEnds{
        "ID",       "IDS",     "ARN",      "FILE",     "PATH",     "DIR",      "NAME",     "URL",
        "URI",      "HOST",    "PORT",     "ENDPOINT", "REGION",   "PREFIX",   "SUFFIX",   "TTL",
        "DAYS",     "HOURS",   "MINUTES",  "SECONDS",  "SECS",     "MS",       "AGE",      "LIFETIME",
        "DURATION", "TIMEOUT", "INTERVAL", "ROTATION", "VALIDITY", "LENGTH",   "SIZE",     "BITS",
        "COUNT",    "LIMIT",   "MIN",      "MAX",      "ENABLED",  "DISABLED", "REQUIRED", "TYPE",
        "MODE",     "FORMAT",  "ENCODING", "HEADER",   "ISSUER",   "AUDIENCE", "SCOPE",    "SCOPES",
        "ALG",      "VERSION", "PROVIDER", "POLICY",   "FIELD",    "COLUMN",   "USER",     "USERNAME"};
    return is_one_of(kEnds, last) || last.starts_with("EXPIR") || last.starts_with("ALGORITHM");
}

// A key of data, which opens nothing: SORT_KEY.
bool is_of_data(std::string_view word) {
    constexpr std::array<std::string_view, 7> kKinds{"PARTITION", "PRIMARY", "FOREIGN", "SORT",
                                                     "ROUTING",   "CACHE",   "SHARD"};
    return is_one_of(kKinds, word);
}

constexpr std::array<std::string_view, 4> kTyped{"PASS", "PIN", "PASSCODE", "PASSCODES"};
constexpr std::array<std::string_view, 4> kTypedEnds{"PASSWORD", "PASSWORDS", "PASSWD", "PASSPHRASE"};

bool is_typed(const Words& words, std::string_view word) {
    if (word == "PWD") return words.size() > 1;  // alone it is the shell's folder
    return is_one_of(kTyped, word) || ends_like_one_of(kTypedEnds, word);
}

bool is_secret(const Words& words, std::size_t at) {
    constexpr std::array<std::string_view, 3> kWhole{"CREDENTIAL", "CREDENTIALS", "KEYS"};
    constexpr std::array<std::string_view, 8> kEnds{"SECRET", "SECRETS",   "TOKEN",      "TOKENS",
                                                    "APIKEY", "SECRETKEY", "PRIVATEKEY", "ACCESSKEY"};
    const auto& word = words[at];
    if (word == "KEY") return at == 0 || !is_of_data(words[at - 1]);
    return is_typed(words, word) || is_one_of(kWhole, word) || ends_like_one_of(kEnds, word);
}

bool concerns_secret(const Words& words) {
    const auto is_public = [](const std::string& word) {
        return word.starts_with("PUBLIC") || word == "PUBLISHABLE";
    };
    return !words.empty() && !is_about(words.back()) && std::none_of(words.begin(), words.end(), is_public);
}

}  // namespace

bool sounds_secret(std::string_view name) {
    const auto words = words_of(name);
    if (!concerns_secret(words)) return false;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (is_secret(words, i)) return true;
    }
    return false;
}

bool sounds_typed(std::string_view name) {
    const auto words = words_of(name);
    return concerns_secret(words) && std::any_of(words.begin(), words.end(), [&](const std::string& word) {
               return is_typed(words, word);
           });
}

bool holds_named_secret(std::string_view text) {
    constexpr std::size_t kLongestName = 48;
    while (!text.empty()) {
        const auto end = std::min(text.find_first_of("?&;, \t\n"), text.size());
        const auto part = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        const auto equals = std::min(part.find('='), part.size());
        const auto name = part.substr(0, equals);
        const auto value = part.substr(std::min(equals + 1, part.size()));
        // A path is where a secret lies: sslkey=/run/secrets/key.
        if (value.empty() || value.starts_with('/') || name.size() > kLongestName) continue;
        if (sounds_secret(name) || equals_ignore_case(name, "pwd")) return true;
    }
    return false;
}

}  // namespace plumb::task
