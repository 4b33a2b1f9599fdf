// base/text: what a peer's words look like once they are escaped and cut, and the words that complaints
// repeat.
#include "base/duration.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace plumb;
using fuzz::require;

// Written apart from sanitize(): C0, DEL, and in UTF-8 C1, the marks and overrides of direction, the zero
// widths.
bool holds_control(std::string_view text) {
    const auto any_byte = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    if (std::any_of(text.begin(), text.end(), any_byte)) return true;
    for (const std::string_view hidden :
         {"\xc2\x80", "\xc2\x9b", "\xe2\x80\x8b", "\xe2\x80\x8e", "\xe2\x80\x8f", "\xe2\x80\xa8",
          "\xe2\x80\xaa", "\xe2\x80\xae", "\xe2\x81\xa6", "\xe2\x81\xa9", "\xef\xbb\xbf"}) {
        if (text.find(hidden) != std::string_view::npos) return true;
    }
    return false;
}

// Every byte of UTF-8 beyond ASCII stands in a run of a lead and as many others as it announces.
bool is_whole_utf8(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i++]);
        if (lead < 0x80) continue;
        if (lead < 0xc2 || lead > 0xf4) return false;
        for (int more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1; more > 0; --more, ++i) {
            if (i >= text.size() || (static_cast<unsigned char>(text[i]) & 0xc0U) != 0x80U) return false;
        }
    }
    return true;
}

void check_sanitize(std::string_view text, std::size_t limit) {
    const auto clean = sanitize(text, limit);
    require(clean.size() <= limit, "sanitize() keeps its limit");
    require(!holds_control(clean), "sanitize() leaves no control character");
    require(is_whole_utf8(clean), "sanitize() gives UTF-8");
    require(sanitize(clean, limit) == clean, "sanitize() changes nothing the second time");
}

void check_shown(std::string_view text) {
    const auto shown = show_words(text);
    require(!holds_control(shown), "show_words() leaves no control character");
    require(shown.size() <= 2 * 80 + 3 + 6, "show_words() is bounded");
    // Whatever stands between "://" and the end is a URL, and may be a password.
    if (text.find("hunter2") != std::string_view::npos) return;
    const std::string secret = "://user:" + std::string(text) + "hunter2@host";
    require(show_words(secret, 512).find("hunter2") == std::string::npos,
            "show_words() hides what is in a URL");
    const std::string pair = "user:hunter2" + std::string(text) + "@host";
    require(show_words(pair, 512).find("hunter2") == std::string::npos,
            "show_words() hides user:password@host");
}

void check_times(std::string_view text) {
    if (const auto duration = parse_duration(text)) {
        require(*duration >= duration->zero(), "a duration is not negative");
        format_duration(*duration);
    }
    if (const auto time = parse_time(text)) {
        const auto again = parse_time(format_time(*time));
        require(again && *time - *again < std::chrono::seconds(1) && *time >= *again, "a time reads back");
    }
    parse_day_end(text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const std::size_t limit = input.byte();
    const auto text = input.rest();
    check_sanitize(text, limit);
    check_sanitize(text, kMaxDetail);
    check_shown(text);
    check_times(text);
    nearest(text, {"interval", "timeout", "url"});
    return 0;
}
