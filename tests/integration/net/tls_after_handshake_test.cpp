// Peers that finish the handshake and misbehave then, met by the tls kind and by https.
#include "tests/integration/net/tls_fixture.hpp"

#include <atomic>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

namespace plumb::test {
namespace {

using namespace std::chrono_literals;
using testing::AnyOf;

class AfterHandshake : public Tls {
  protected:
    Outcome get(const TlsServer& from, std::chrono::milliseconds timeout = 10s) const {
        TargetRun wanted;
        wanted.url = "https://127.0.0.1:" + std::to_string(from.port()) + "/#ca=" + dir().file("ca.pem");
        wanted.timeout = timeout;
        auto outcome = run_once(wanted);
        expect_sound(outcome);
        return outcome;
    }
    // Answers a request with these bytes, encrypted; what then comes is `ends`.
    TlsServerSpec answering(std::string bytes) const {
        auto spec = server();
        spec.serve = [bytes = std::move(bytes)](const std::string&, const auto& reply) { reply(bytes); };
        return spec;
    }
    // Sends without end what is no data; counts how much.
    TlsServerSpec flooding_by(void (*step)(SSL*)) {
        auto spec = server();
        spec.maximum_version = TLS1_3_VERSION;
        spec.after_handshake = [this, step](SSL* ssl) {
            step(ssl);
            ++sent_;
            return true;
        };
        return spec;
    }
    int sent() const { return sent_; }

  private:
    std::atomic<int> sent_{0};
};

void send_ticket(SSL* ssl) {
    SSL_new_session_ticket(ssl);
}

void send_key_update(SSL* ssl) {
    SSL_key_update(ssl, SSL_KEY_UPDATE_NOT_REQUESTED);
}

TEST_F(AfterHandshake, tickets_without_end_delay_no_tls_run) {
    const TlsServer listening(flooding_by(send_ticket));
    const auto outcome = run(listening.port(), "", 2s);
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_EQ(fact_of(outcome, "tls.resumption"), "yes");
}

TEST_F(AfterHandshake, tickets_without_end_stop_an_https_run_at_its_deadline) {
    const TlsServer listening(flooding_by(send_ticket));
    const auto outcome = get(listening, 500ms);
    EXPECT_EQ(failure_of(outcome), "first_byte peer.timeout");
    EXPECT_LT(outcome.total, 5s);
    EXPECT_GT(sent(), 100) << "it was no flood";
}

TEST_F(AfterHandshake, key_updates_without_end_leave_a_tls_run_alone_and_fail_an_https_run) {
    {
        const TlsServer listening(flooding_by(send_key_update));
        EXPECT_EQ(failure_of(run(listening.port(), "", 2s)), "ok");
    }
    const TlsServer listening(flooding_by(send_key_update));
    const auto outcome = get(listening, 500ms);
    ASSERT_TRUE(outcome.failure);
    EXPECT_THAT(outcome.failure->phase, AnyOf("send", "first_byte"));
    EXPECT_LT(outcome.total, 5s);
}

TEST_F(AfterHandshake, an_answer_that_is_no_http_is_garbage) {
    const TlsServer listening(answering(garbage()));
    EXPECT_EQ(failure_of(get(listening)), "first_byte peer.garbage");
}

TEST_F(AfterHandshake, silence_ends_with_the_deadline_and_names_the_wait) {
    const TlsServer listening(server());
    EXPECT_EQ(failure_of(get(listening, 400ms)), "first_byte peer.timeout");
}

TEST_F(AfterHandshake, a_connection_that_ends_before_the_answer_is_closed_by_the_peer) {
    auto spec = server();
    spec.ends = TlsServerSpec::End::close;
    const TlsServer listening(spec);
    EXPECT_EQ(failure_of(get(listening)), "first_byte peer.closed");
}

// A cut on the way (RFC 8446, 6.1): without close_notify the end of the body is not known to be its end.
TEST_F(AfterHandshake, a_body_that_is_cut_is_incomplete_with_and_without_a_goodbye) {
    for (const auto end : {TlsServerSpec::End::close, TlsServerSpec::End::cut}) {
        auto spec = answering("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
        spec.ends = end;
        const TlsServer listening(spec);
        EXPECT_EQ(failure_of(get(listening)), "transfer peer.closed");
    }
}

// Whether what was sent before the reset can still be read is the kernel's affair.
TEST_F(AfterHandshake, a_reset_in_the_middle_of_the_body_is_told) {
    auto spec = answering("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
    spec.ends = TlsServerSpec::End::reset;
    const TlsServer listening(spec);
    EXPECT_THAT(failure_of(get(listening)), AnyOf("first_byte peer.reset", "transfer peer.reset"));
}

// Plain bytes in the middle of the encrypted stream: a middlebox that breaks in, or a broken server.
TEST_F(AfterHandshake, plain_bytes_in_an_encrypted_stream_are_no_answer) {
    auto spec = server();
    spec.ends = TlsServerSpec::End::plain_words;
    const TlsServer listening(spec);
    const auto outcome = get(listening);
    ASSERT_TRUE(outcome.failure);
    EXPECT_EQ(outcome.failure->phase, "first_byte");
    EXPECT_EQ(outcome.failure->cause, Cause::tls_not_tls);
}

}  // namespace
}  // namespace plumb::test
