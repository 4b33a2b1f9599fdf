#include "tests/integration/task_warmup/watched_app.hpp"

#include <atomic>
#include <csignal>
#include <stdexcept>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <gtest/gtest.h>

namespace plumb::test {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr auto kLimit = 60s;

std::string in_words(const task::Look& look) {
    std::string words;
    for (const auto& fact : look.evidence.facts)
        words += fact.name + "=" + fact.value + "\n";
    for (const auto& gauge : look.evidence.gauges)
        words += gauge.name + "=" + std::to_string(gauge.value) + "\n";
    for (const auto& check : look.checks)
        words += check.name + ": " + (check.failed ? check.detail : "passes") + "\n";
    return words;
}

}  // namespace

Watched::Watched(task::WarmupSettings settings, bool from_start, task::Warmup::Listeners listeners)
    : resolver_(net::Resolver::make(context_.get_executor(), {}).value()),
      services_{context_.get_executor(), *resolver_},
      warmup_(services_, std::move(settings), start_, from_start, std::move(listeners)) {
    auto handler = [this](const std::exception_ptr& error) {
        ended_ = true;
        thrown_ = error;
    };
    asio::co_spawn(context_, warmup_.run(), asio::bind_cancellation_slot(cancel_.slot(), handler));
}

Watched::~Watched() {
    EXPECT_FALSE(ended_) << "it ended before it was cancelled";
    cancel_.emit(asio::cancellation_type::terminal);
    const auto latest = Clock::now() + kLimit;
    while (!ended_ && Clock::now() < latest)
        context_.run_one_for(10ms);
    EXPECT_TRUE(ended_) << "it did not end when it was cancelled";
    EXPECT_FALSE(thrown_) << "a cancelled run throws";
}

task::Look Watched::until(const std::function<bool(const task::Look&)>& done) {
    const auto latest = Clock::now() + kLimit;
    while (true) {
        auto now = look();
        if (done(now)) return now;
        if (Clock::now() >= latest) throw std::runtime_error("not so within the limit: " + in_words(now));
        context_.run_for(10ms);
    }
}

task::Look Watched::until_fact(std::string_view value) {
    return until(
        [value](const task::Look& look) { return fact_in(look, "task.readiness").starts_with(value); });
}

task::Look Watched::until_check(std::string_view name, bool failed) {
    return until([name, failed](const task::Look& look) {
        const auto found = check_of(look, name);
        return found != "absent" && (found != "passes") == failed;
    });
}

task::Look Watched::look() {
    task::Look look;
    warmup_.describe(look);
    for (const auto& stray : undeclared(task::warmup_catalog(), look.evidence))
        ADD_FAILURE() << "the catalog lacks " << stray;
    return look;
}

double Watched::seconds() const {
    return std::chrono::duration<double>(Clock::now() - start_).count();
}

Nginx::Nginx(std::uint16_t port, const std::string& location) : port_(port) {
    ChildSpec spec;
    spec.command = {
        program("nginx"), "-p", folder_.path().string(), "-c", write_configuration(location), "-e", "stderr"};
    spec.output_file = folder_.file("log");
    process_ = std::make_unique<ChildProcess>(spec);
    process_->wait_until_listening(port);
}

void Nginx::answer(const std::string& location) {
    write_configuration(location);
    process_->signal(SIGHUP);
}

std::string Nginx::write_configuration(const std::string& location) const {
    std::string text = "daemon off; worker_processes 1; pid " + folder_.file("pid") +
                       "; error_log stderr notice; events {} http { access_log off;";
    for (const char* place : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"})
        text += std::string(" ") + place + "_temp_path " + folder_.file(place) + ";";
    text += " server { listen 127.0.0.1:" + std::to_string(port_) + "; location = /health { " + location +
            " } } }";
    return folder_.write("nginx.conf", text);
}

RecordingServer::Answer ready_at_the_third() {
    return [asked = std::make_shared<std::atomic<int>>(0)](const std::string&) {
        return ++*asked <= 2 ? "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n" : plain_answer("ok");
    };
}

task::WarmupSettings quick_settings(std::uint16_t port, std::chrono::milliseconds start_period) {
    task::WarmupSettings settings;
    settings.health = parse_url("http://127.0.0.1:" + std::to_string(port) + "/health").value();
    settings.interval = 200ms;
    settings.start_period = start_period;
    return settings;
}

std::string check_of(const task::Look& look, std::string_view name) {
    for (const auto& check : look.checks) {
        if (check.name == name) return check.failed ? check.detail : "passes";
    }
    return "absent";
}

std::string fact_in(const task::Look& look, std::string_view name) {
    const Fact* fact = look.evidence.find_fact(name);
    return fact == nullptr ? "absent" : fact->value;
}

}  // namespace plumb::test
