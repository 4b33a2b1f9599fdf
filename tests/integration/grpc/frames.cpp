#include "tests/integration/grpc/frames.hpp"

namespace plumb::test::h2 {
namespace {

constexpr int kEndStream = 1;
constexpr int kEndHeaders = 4;

std::string number(std::uint32_t value, int bytes) {
    std::string out;
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
        out.push_back(static_cast<char>(value >> static_cast<unsigned>(shift) & 0xffU));
    return out;
}

}  // namespace

std::string frame(int type, int flags, std::uint32_t stream, std::string_view payload) {
    std::string out = number(static_cast<std::uint32_t>(payload.size()), 3);
    out.push_back(static_cast<char>(type));
    out.push_back(static_cast<char>(flags));
    return out + number(stream, 4) + std::string(payload);
}

std::string settings() {
    return frame(4, 0, 0);
}
std::string ping() {
    return frame(6, 0, 0, "8 bytes!");
}
std::string goaway(std::uint32_t last_stream, std::uint32_t error, std::string_view words) {
    return frame(7, 0, 0, number(last_stream, 4) + number(error, 4) + std::string(words));
}
std::string reset(std::uint32_t stream, std::uint32_t error) {
    return frame(3, 0, stream, number(error, 4));
}
std::string data(std::uint32_t stream, std::string_view payload, bool last) {
    return frame(0, last ? kEndStream : 0, stream, payload);
}

std::string headers(std::uint32_t stream, const Fields& fields, bool last) {
    std::string block;
    for (const auto& [name, value] : fields) {
        block += std::string(1, '\0') + number(static_cast<std::uint32_t>(name.size()), 1) + name;
        block += number(static_cast<std::uint32_t>(value.size()), 1) + value;
    }
    return frame(1, kEndHeaders | (last ? kEndStream : 0), stream, block);
}

std::string call() {
    return data(1, std::string(5, '\0'), true);  // an empty message behind its prefix
}

std::string answer(int serving_status, const Fields& trailers) {
    const std::string message{'\0', '\0', '\0', '\0', '\2', '\x08', static_cast<char>(serving_status)};
    return headers(1, {{":status", "200"}, {"content-type", "application/grpc"}}) + data(1, message) +
           headers(1, trailers, true);
}

}  // namespace plumb::test::h2
