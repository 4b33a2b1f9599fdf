#include "tests/fuzz/name_server.hpp"

#include "tests/fuzz/fuzz.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace plumb::fuzz {
namespace {

constexpr std::size_t kHeader = 12;
constexpr std::size_t kMostAnswers = 32;  // after them it is silent

sockaddr* plain(sockaddr_in& address) {
    return reinterpret_cast<sockaddr*>(&address);
}

int bound_socket(int type, sockaddr_in& address) {
    const int descriptor = ::socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0 || ::bind(descriptor, plain(address), sizeof address) == 0) return descriptor;
    ::close(descriptor);
    return -1;
}

// Ends with a reset, so that a million connections leave none behind in TIME_WAIT.
void reset(int descriptor) {
    const linger at_once{1, 0};
    ::setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(descriptor);
}

// The first byte of `bytes` says what of the question goes into the answer: 1: its id; 2: its section of
// questions. What is left are the flags and counts of the header, and the sections.
std::string answer_to(std::string_view question, std::string_view bytes) {
    Input input(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    const unsigned how = input.byte();
    std::string answer((how & 1U) != 0 ? question.substr(0, 2) : input.take(2));
    answer += input.take(kHeader - 2);
    if ((how & 2U) != 0) answer += question.substr(std::min(kHeader, question.size()));
    answer += input.rest();
    return answer;
}

}  // namespace

NameServer::NameServer() {
    for (int tries = 0; tries < 64 && listener_ < 0; ++tries) {
        if (datagrams_ >= 0) ::close(datagrams_);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        datagrams_ = bound_socket(SOCK_DGRAM, address);
        socklen_t size = sizeof address;
        ::getsockname(datagrams_, plain(address), &size);
        port_ = ntohs(address.sin_port);
        listener_ = bound_socket(SOCK_STREAM, address);
    }
    require(datagrams_ >= 0 && listener_ >= 0 && ::listen(listener_, 16) == 0, "there is a port on loopback");
}

NameServer::~NameServer() {
    close_streams();
    ::close(datagrams_);
    ::close(listener_);
}

void NameServer::begin(std::array<std::string_view, 2> answers) {
    answers_ = {};
    answered_ = kMostAnswers;
    while (serve()) {
    }
    close_streams();
    answers_ = answers;
    answered_ = 0;
}

bool NameServer::serve() {
    const bool datagram = serve_datagram();
    return serve_streams() || datagram;
}

std::string NameServer::next_answer(std::string_view question) {
    if (answered_ >= kMostAnswers) return {};
    return answer_to(question, answers_[answered_++ % answers_.size()]);
}

bool NameServer::serve_datagram() {
    std::array<char, 1024> question{};
    sockaddr_in from{};
    socklen_t size = sizeof from;
    const auto count = ::recvfrom(datagrams_, question.data(), question.size(), 0, plain(from), &size);
    if (count < 0) return false;
    const auto answer = next_answer({question.data(), static_cast<std::size_t>(count)});
    if (!answer.empty()) ::sendto(datagrams_, answer.data(), answer.size(), MSG_NOSIGNAL, plain(from), size);
    return true;
}

bool NameServer::serve_streams() {
    bool served = false;
    const int accepted = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (accepted >= 0) {
        streams_.push_back(accepted);
        served = true;
    }
    for (int& stream : streams_)
        served = serve_stream(stream) || served;
    streams_.erase(std::remove(streams_.begin(), streams_.end(), -1), streams_.end());
    return served;
}

// RFC 1035, 4.2.2: a message over TCP follows its length in two bytes.
bool NameServer::serve_stream(int& descriptor) {
    std::array<char, 1024> bytes{};
    const auto count = ::recv(descriptor, bytes.data(), bytes.size(), 0);
    if (count < 0) return false;
    const std::string_view question(bytes.data(), static_cast<std::size_t>(count));
    const auto answer = question.size() > 2 ? next_answer(question.substr(2)) : std::string();
    if (answer.empty()) {
        reset(descriptor);
        descriptor = -1;
        return true;
    }
    const std::string length{static_cast<char>(answer.size() >> 8U), static_cast<char>(answer.size() & 255U)};
    const std::string message = length + answer;
    ::send(descriptor, message.data(), message.size(), MSG_NOSIGNAL);
    return true;
}

void NameServer::close_streams() {
    for (const int stream : streams_)
        reset(stream);
    streams_.clear();
}

}  // namespace plumb::fuzz
