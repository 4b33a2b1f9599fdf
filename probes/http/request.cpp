#include "probes/http/request.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

namespace plumb::http {

namespace {

std::string host_field(const Settings& settings) {
    std::string host =
        settings.host.find(':') != std::string::npos ? "[" + settings.host + "]" : settings.host;
    const std::uint16_t usual = settings.tls ? 443 : 80;
    if (settings.port != usual) host += ":" + std::to_string(settings.port);
    return host;
}

}  // namespace

Secret basic_credentials(const Settings& settings) {
    if (settings.user.empty() && settings.password.empty()) return {};
    std::string pair = settings.user + ":" + settings.password.reveal();
    std::string encoded(4 * ((pair.size() + 2) / 3) + 1, '\0');
    const int length =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                        reinterpret_cast<const unsigned char*>(pair.data()), static_cast<int>(pair.size()));
    OPENSSL_cleanse(pair.data(), pair.size());
    encoded.resize(static_cast<std::size_t>(length));
    return Secret(std::move(encoded));
}

Secret request(const Settings& settings) {
    std::string text = fmt::format(
        "{} {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: plumbline/{}\r\nAccept: */*\r\nConnection: close\r\n",
        settings.head ? "HEAD" : "GET", settings.request_target, host_field(settings), PLUMB_VERSION);
    const Secret credentials = basic_credentials(settings);
    if (!credentials.empty()) text += "Authorization: Basic " + credentials.reveal() + "\r\n";
    text += "\r\n";
    return Secret(std::move(text));
}

}  // namespace plumb::http
