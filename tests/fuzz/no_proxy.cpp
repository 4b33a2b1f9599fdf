// probes/http/proxy: which hosts NO_PROXY takes out, and the proxy that a variable names. The input is a
// host, a port's two bytes, and the list.
#include "probes/http/proxy.hpp"
#include "tests/fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace plumb;
    using fuzz::require;
    fuzz::Input input(data, size);
    const auto host = std::string(input.take_until('\n'));
    const auto port = static_cast<std::uint16_t>(input.two_bytes());
    const auto list = std::string(input.rest());

    const bool straight = http::goes_straight(list, host, port);
    require(http::goes_straight(list + ",*", host, port), "a star takes everything out");
    require(straight == http::goes_straight("," + list + " ,", host, port), "empty entries mean nothing");
    require(straight == http::goes_straight(list + "," + list, host, port), "nor do repeated ones");
    require(!straight || http::goes_straight(list + ",other.test", host, port), "an entry puts nothing back");
    require(straight == http::goes_straight(to_lower(list), to_lower(host), port), "case does not matter");

    const auto proxy = http::parse_proxy(list);
    if (!proxy) {
        fuzz::require_readable(proxy.error().message, 512, "an error is bounded and readable");
        return 0;
    }
    require(!proxy->host.empty() && to_lower(proxy->host) == proxy->host && proxy->port != 0,
            "a proxy has a host, lower case, and a port");
    return 0;
}
