#include "probes/task/image/library_version.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace plumb::task::image {
namespace {

constexpr std::uint64_t kMostSearched = std::uint64_t{16} << 20U;
constexpr std::size_t kPiece = std::size_t{256} << 10U;
constexpr std::size_t kLongest = 512;  // of all that a find looks at from its first letter
constexpr std::size_t kLongestVersion = 24;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_version_letter(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-' ||
           c == '_' || c == '+';
}

// The letters of a version at the front, when something else follows them.
std::string_view version_at_front(std::string_view bytes) {
    const auto most = bytes.substr(0, kLongestVersion + 1);
    const auto end = std::find_if_not(most.begin(), most.end(), is_version_letter);
    if (end == most.end() || end == most.begin() || !is_digit(most.front())) return {};
    auto version = most.substr(0, static_cast<std::size_t>(end - most.begin()));
    while (version.ends_with('.'))
        version.remove_suffix(1);
    return version.find('.') == std::string_view::npos ? std::string_view{} : version;
}

// "1.2.4", "1.1.24-git-7": what an address such as 127.0.0.1 is not.
bool is_three_parts(std::string_view version) {
    version = version.substr(0, version.find_first_of("-_+"));
    return std::count(version.begin(), version.end(), '.') == 2 &&
           version.find("..") == std::string_view::npos &&
           std::all_of(version.begin(), version.end(), [](char c) { return is_digit(c) || c == '.'; });
}

}  // namespace

std::optional<std::string> glibc_version(std::string_view bytes) {
    constexpr std::string_view kName = "GNU C Library ";
    constexpr std::string_view kWord = " version ";
    for (auto at = bytes.find(kName); at != std::string_view::npos; at = bytes.find(kName, at + 1)) {
        const auto line = bytes.substr(at, kLongest / 2);
        const auto word = line.find(kWord);
        if (word == std::string_view::npos) continue;
        const auto version = version_at_front(line.substr(word + kWord.size()));
        if (!version.empty()) return std::string(version);
    }
    return std::nullopt;
}

std::optional<std::string> musl_version(std::string_view bytes) {
    // It stands for itself between two zeros; "Version %s" is elsewhere.
    constexpr std::string_view kBefore("\0001.", 3);
    for (auto at = bytes.find(kBefore); at != std::string_view::npos; at = bytes.find(kBefore, at + 1)) {
        const auto rest = bytes.substr(at + 1);
        const auto version = version_at_front(rest);
        if (version.empty() || rest[version.size()] != '\0' || !is_three_parts(version)) continue;
        return std::string(version);
    }
    return std::nullopt;
}

std::optional<std::string> openssl_version(std::string_view bytes) {
    constexpr std::string_view kName = "OpenSSL ";
    for (auto at = bytes.find(kName); at != std::string_view::npos; at = bytes.find(kName, at + 1)) {
        const auto rest = bytes.substr(at + kName.size(), kLongest / 2);
        const auto version = version_at_front(rest);
        // The date of the release follows: "OpenSSL 3.0.11 19 Sep 2023".
        if (version.empty() || rest[version.size()] != ' ') continue;
        const auto date = rest.find_first_not_of(' ', version.size());
        if (date != std::string_view::npos && is_digit(rest[date])) return std::string(version);
    }
    return std::nullopt;
}

std::optional<std::string> find_version(const ByteSource& library, FindVersion find) {
    const auto end = std::min(library.size(), kMostSearched);
    std::vector<char> piece(kPiece + kLongest);
    for (std::uint64_t at = 0; at < end; at += kPiece) {
        const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), end - at));
        const auto part = std::span(piece).first(count);
        if (!library.read_at(at, part)) return std::nullopt;
        if (auto version = find({part.data(), part.size()})) return version;
    }
    return std::nullopt;
}

}  // namespace plumb::task::image
