#include "probes/task/image/by_variable.hpp"

#include "base/text.hpp"
#include "probes/task/image/timezone.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace plumb::task::image {
namespace {

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kCapitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view kSmall = "abcdefghijklmnopqrstuvwxyz";

bool is_one_of(std::span<const std::string_view> known, std::string_view word) {
    return std::find(known.begin(), known.end(), word) != known.end();
}

bool consists_of(std::string_view text, std::string_view characters) {
    return text.find_first_not_of(characters) == std::string_view::npos;
}

// Takes off what consists of these characters; its length.
std::size_t take(std::string_view& text, std::string_view characters) {
    const auto count = std::min(text.find_first_not_of(characters), text.size());
    text.remove_prefix(count);
    return count;
}

// "Europe/Paris", "America/Argentina/Buenos_Aires", "Etc/GMT+5".
bool is_in_an_area(std::string_view name) {
    constexpr std::array<std::string_view, 16> kAreas{
        "Africa", "America", "Antarctica", "Arctic", "Asia",   "Atlantic", "Australia", "Brazil",
        "Canada", "Chile",   "Etc",        "Europe", "Indian", "Mexico",   "Pacific",   "US"};
    const auto parts = split(name, '/');
    if (parts.size() < 2 || parts.size() > 3 || !is_one_of(kAreas, parts[0])) return false;
    return std::all_of(parts.begin() + 1, parts.end(), [&](std::string_view part) {
        std::string_view rest = part;
        const bool begins =
            !part.empty() && part.size() <= 20 && kCapitals.find(part[0]) != std::string_view::npos;
        take(rest, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-");
        if (parts[0] == "Etc" && take(rest, "+-") <= 1) take(rest, kDigits);
        return begins && rest.empty();
    });
}

// "CET", "<+03>".
bool take_abbreviation(std::string_view& text) {
    constexpr std::size_t kShortest = 3;
    constexpr std::size_t kLongest = 5;
    if (!text.starts_with('<')) {
        const auto letters = take(text, kCapitals);
        return letters >= kShortest && letters <= kLongest;
    }
    text.remove_prefix(1);
    const auto sign = text.substr(0, 1);
    if (sign != "+" && sign != "-") return false;
    text.remove_prefix(1);
    const auto digits = take(text, kDigits);
    const bool closed = text.starts_with('>');
    if (closed) text.remove_prefix(1);
    return closed && digits >= 2 && digits <= 4;
}

// "-1", "+05:30".
bool take_offset(std::string_view& text) {
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    const auto hours = take(text, kDigits);
    while (text.starts_with(':')) {
        text.remove_prefix(1);
        if (take(text, kDigits) != 2) return false;
    }
    return hours == 1 || hours == 2;
}

// A rule of POSIX: abbreviation, offset, and the same of the summer time with its begin and end.
bool is_rule(std::string_view text) {
    constexpr std::size_t kLongestDates = 40;
    if (!take_abbreviation(text) || !take_offset(text)) return false;
    if (text.empty()) return true;
    if (!take_abbreviation(text)) return false;
    if (!text.empty() && text.front() != ',' && !take_offset(text)) return false;
    if (text.empty()) return true;
    return text.front() == ',' && text.size() <= kLongestDates && consists_of(text, "0123456789MJ,./:+-");
}

std::string codeset_of(std::string_view text) {
    constexpr std::array<std::string_view, 14> kKnown{"EUC-JP",   "EUC-KR", "EUC-TW",  "GB2312",    "GBK",
                                                      "GB18030",  "BIG5",   "KOI8-R",  "KOI8-U",    "SJIS",
                                                      "US-ASCII", "ASCII",  "TIS-620", "BIG5-HKSCS"};
    const auto lower = to_lower(text);
    if (lower == "utf-8" || lower == "utf8") return "UTF-8";
    if (is_one_of(kKnown, text)) return std::string(text);
    constexpr std::string_view kLatin = "ISO-8859-";
    const auto number = text.substr(std::min(kLatin.size(), text.size()));
    const bool latin = text.starts_with(kLatin) && !number.empty() && number.size() <= 2;
    return latin && consists_of(number, kDigits) ? std::string(text) : std::string();
}

// "en", "en_US".
bool is_language(std::string_view text) {
    const auto language = text.substr(0, text.find('_'));
    if (language.size() < 2 || language.size() > 3 || !consists_of(language, kSmall)) return false;
    if (language.size() == text.size()) return true;
    const auto country = text.substr(language.size() + 1);
    return country.size() == 2 && consists_of(country, kCapitals);
}

}  // namespace

std::string zone_of_variable(std::string_view value) {
    constexpr std::size_t kLongest = 100;
    constexpr std::array<std::string_view, 5> kPlain{"GMT", "CET", "EET", "MET", "WET"};
    if (value.starts_with(':')) value.remove_prefix(1);
    if (value.empty()) return "UTC";
    if (value.size() > kLongest) return {};
    auto zone = zone_of_link(value);
    if (zone == "GMT0" || zone == "Etc/GMT") zone = "GMT";
    const bool known = zone == "UTC" || is_one_of(kPlain, zone) || is_in_an_area(zone) || is_rule(zone);
    return known ? zone : std::string();
}

bool names_zone_file(std::string_view zone) {
    return zone != "UTC" && zone != "GMT" && !is_rule(zone);
}

std::string locale_of_variable(std::string_view value) {
    constexpr std::array<std::string_view, 5> kModifiers{"euro", "latin", "cyrillic", "valencia",
                                                         "devanagari"};
    if (value == "C" || value == "POSIX") return std::string(value);
    const auto at = std::min(value.find('@'), value.size());
    const auto modifier = value.substr(std::min(at + 1, value.size()));
    if (at != value.size() && !is_one_of(kModifiers, modifier)) return {};
    const auto plain = value.substr(0, at);
    const auto dot = std::min(plain.find('.'), plain.size());
    const auto language = plain.substr(0, dot);
    if (language != "C" && !is_language(language)) return {};
    std::string text(language);
    if (dot != plain.size()) {
        const auto codeset = codeset_of(plain.substr(dot + 1));
        if (codeset.empty()) return {};
        text.append(1, '.').append(codeset);
    }
    return text.append(value.substr(at));
}

}  // namespace plumb::task::image
