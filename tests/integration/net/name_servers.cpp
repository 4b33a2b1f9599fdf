#include "tests/integration/net/name_servers.hpp"

#include <system_error>

namespace plumb::test {

DnsMasq::DnsMasq(std::vector<std::string> more_options)
    : more_options_(std::move(more_options)), process_(spec()) {
    process_.wait_until_listening(port_);
}

ChildSpec DnsMasq::spec() const {
    ChildSpec spec;
    spec.command = {program("dnsmasq"),
                    "--keep-in-foreground",
                    "--conf-file=/dev/null",
                    "--no-resolv",
                    "--no-hosts",
                    "--listen-address=127.0.0.1",
                    "--bind-interfaces",
                    "--pid-file=",
                    "--port=" + std::to_string(port_),
                    "--local=/test/",
                    "--server=/fail.test/127.0.0.1#" + std::to_string(failing_.port()),
                    "--host-record=db.test,10.0.1.7,60",
                    "--host-record=two.test,10.0.1.7",
                    "--host-record=six.test,2001:db8::7",
                    "--host-record=here.test,127.0.0.1",
                    "--address=/many.test/10.0.0.1",
                    "--address=/many.test/8.8.8.8",
                    "--cname=alias.test,middle.test",
                    "--cname=middle.test,db.test",
                    "--mx-host=db.test,mail.test,10",
                    "--srv-host=_pg._tcp.test,db.test,5432,1,2",
                    "--txt-record=db.test,hello",
                    "--txt-record=long.test," + std::string(200, 'k') + ',' + std::string(200, 'k'),
                    "--dns-rr=web.test,65,00010000010003026832000300020050",
                    "--caa-record=db.test,0,issue,ca.test"};
    spec.command.insert(spec.command.end(), more_options_.begin(), more_options_.end());
    spec.unprivileged_user = "nobody";
    spec.output_file = output_.file("dnsmasq.log");
    return spec;
}

std::string framed(const std::string& message) {
    return std::string{static_cast<char>(message.size() >> 8), static_cast<char>(message.size() & 255)} +
           message;
}

std::string read_question(Connection& connection) {
    const auto size = connection.read_exactly(2);
    if (size.size() < 2) return {};
    return connection.read_exactly(static_cast<unsigned char>(size[0]) * 256U +
                                   static_cast<unsigned char>(size[1]));
}

std::string truncated(const std::string& query) {
    auto answer = dns_response(query, 0);
    constexpr int kTruncated = 0x02;
    answer[2] |= kTruncated;
    return answer;
}

LongAnswers::LongAnswers(const Script& over_tcp) {
    for (int tries = 1; !stream_; ++tries) {
        datagrams_.emplace(truncated);
        try {
            stream_.emplace(over_tcp, datagrams_->port());
        } catch (const std::system_error&) {  // somebody has this port for TCP
            if (tries == 50) throw;
        }
    }
}

}  // namespace plumb::test
