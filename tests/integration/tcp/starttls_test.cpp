// From plain text to TLS, with the servers that people run: Dovecot (IMAP, POP3, SMTP), OpenLDAP and
// PostgreSQL.
#include "tests/integration/net/run_target.hpp"
#include "tests/integration/tcp/starttls_server.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/coroutine.hpp"
#include "tests/support/postgres_server.hpp"
#include "tests/support/temp_dir.hpp"

#include <filesystem>
#include <future>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

std::string url_of(std::uint16_t port, const std::string& query) {
    return "tcp://localhost:" + std::to_string(port) + query;
}

// A certificate for "localhost" and its authority, in files.
class Identity {
  public:
    Identity() {
        dir_.write("ca.pem", authority_.certificate());
        dir_.write("cert.pem", issued_.certificate);
        dir_.write("key.pem", issued_.key);
    }
    std::string file(const std::string& name) const { return dir_.file(name); }
    const Issued& issued() const { return issued_; }
    std::string ca() const { return "&ca=" + file("ca.pem"); }

  private:
    Authority authority_;
    Issued issued_ = authority_.issue();
    TempDir dir_;
};

Outcome run_url(const std::string& url) {
    TargetRun wanted;
    wanted.url = url;
    wanted.timeout = 20s;
    auto outcome = run_once(wanted);
    expect_sound(outcome);
    return outcome;
}

void expect_upgraded(const Outcome& outcome) {
    EXPECT_EQ(failure_of(outcome), "ok") << (outcome.failure ? outcome.failure->detail : "");
    EXPECT_THAT(phases_of(outcome), ElementsAre("resolve", "connect", "starttls", "handshake"));
    EXPECT_THAT(fact_of(outcome, "tls.version"), HasSubstr("TLSv1."));
    EXPECT_EQ(fact_of(outcome, "tls.san_match"), "yes");
    EXPECT_TRUE(outcome.rtt);
}

TEST(StartTlsServers, dovecot_begins_tls_for_mail) {
    const Identity identity;
    const TempDir dir;
    const auto own = dir.path() / "own";  // Dovecot makes its directory itself
    std::filesystem::create_directory(own);
    std::filesystem::permissions(own, std::filesystem::perms::all);
    const auto imap = free_port();
    const auto pop3 = free_port();
    const auto smtp = free_port();
    const auto listener = [](const std::string& name, std::uint16_t port) {
        return "service " + name + "-login {\n chroot =\n inet_listener " + name +
               " {\n  port = " + std::to_string(port) + "\n }\n inet_listener " + name +
               "s {\n  port = 0\n }\n}\n";
    };
    dir.write("dovecot.conf",
              "base_dir = " + (own / "run").string() + "\nstate_dir = " + (own / "run").string() +
                  "\nlog_path = /dev/stderr\nprotocols = imap pop3 submission\n"
                  "listen = 127.0.0.1\nhostname = mail.test\ndefault_internal_user = nobody\n"
                  "default_internal_group = nogroup\ndefault_login_user = nobody\nssl = yes\n"
                  "ssl_cert = <" +
                  identity.file("cert.pem") + "\nssl_key = <" + identity.file("key.pem") +
                  "\nsubmission_relay_host = 127.0.0.1\n"
                  "passdb {\n driver = static\n args = nopassword=y\n}\n"
                  "service anvil {\n chroot =\n}\n" +
                  listener("imap", imap) + listener("pop3", pop3) + listener("submission", smtp));
    ChildSpec spec;
    spec.command = {program("dovecot"), "-F", "-c", dir.file("dovecot.conf")};
    spec.unprivileged_user = "nobody";
    spec.output_file = dir.file("dovecot.log");
    ChildProcess server(spec);
    server.wait_until_listening(imap);
    server.wait_until_listening(pop3);
    server.wait_until_listening(smtp);

    const auto mail = run_url(url_of(smtp, "?starttls=smtp" + identity.ca()));
    expect_upgraded(mail);
    EXPECT_THAT(fact_of(mail, "tcp.greeting"), HasSubstr("mail.test"));
    const auto said = said_in(mail);
    for (const char* words :
         {"< 220 ", "> EHLO plumbline", "< 250", "> STARTTLS", "> TLS ClientHello, server name localhost",
          "< TLS ServerHello, TLSv1.", "< certificate of "}) {
        EXPECT_THAT(said, testing::Contains(testing::StartsWith(words))) << testing::PrintToString(said);
    }
    expect_upgraded(run_url(url_of(imap, "?starttls=imap" + identity.ca())));
    expect_upgraded(run_url(url_of(pop3, "?starttls=pop3" + identity.ca())));

    const auto asked = run_url(url_of(
        imap, R"(?starttls=imap&send=b1 CAPABILITY\r\n&expect=^\* CAPABILITY .*IMAP4)" + identity.ca()));
    EXPECT_EQ(failure_of(asked), "ok");
    EXPECT_THAT(phases_of(asked), ElementsAre("resolve", "connect", "starttls", "handshake", "exchange"));

    const auto untrusted = run_url(url_of(smtp, "?starttls=smtp"));
    EXPECT_EQ(untrusted.failure->phase, "handshake");
}

TEST(StartTlsServers, openldap_begins_tls) {
    const Identity identity;
    const TempDir dir;
    const auto port = free_port();
    dir.write("slapd.conf", "TLSCertificateFile \"" + identity.file("cert.pem") +
                                "\"\nTLSCertificateKeyFile \"" + identity.file("key.pem") +
                                "\"\ndatabase monitor\n");
    ChildSpec spec;
    spec.command = {program("slapd"),
                    "-f",
                    dir.file("slapd.conf"),
                    "-h",
                    "ldap://127.0.0.1:" + std::to_string(port),
                    "-d",
                    "0"};
    spec.unprivileged_user = "nobody";
    spec.output_file = dir.file("slapd.log");
    ChildProcess server(spec);
    server.wait_until_listening(port);
    expect_upgraded(run_url(url_of(port, "?starttls=ldap" + identity.ca())));
}

TEST(StartTlsServers, postgres_begins_tls_and_does_not_complain) {
    const Identity identity;
    PostgresSpec spec;
    spec.identity = identity.issued();
    const PostgresServer server(spec);
    const auto before = server.log().size();
    expect_upgraded(run_url(url_of(server.port(), "?starttls=postgres" + identity.ca())));
    const auto log = server.log().substr(before);
    for (const char* complaint : {"could not", "FATAL", "ERROR", "SSL"})
        EXPECT_THAT(log, testing::Not(HasSubstr(complaint)));
}

TEST(StartTlsServers, postgres_without_tls_declines) {
    const PostgresServer server;
    const auto outcome = run_url(url_of(server.port(), "?starttls=postgres"));
    EXPECT_EQ(failure_of(outcome), "starttls tls.refused");
}

// No small FTP server speaks TLS: what it says before is scripted, the handshake is real.
TEST(StartTlsPeer, ftp_begins_tls) {
    const Identity identity;
    TlsServerSpec spec;
    spec.identity = identity.issued();
    const TlsServer tls(spec);
    const auto plain = [](Connection& connection) {
        connection.write("220-hello\r\n220 ftp\r\n");
        if (connection.read_until("\n") != "AUTH TLS\r\n") return false;
        return connection.write("234 begin\r\n");
    };
    const ScriptedServer server(before_tls(plain, tls.port()));
    expect_upgraded(run_url(url_of(server.port(), "?starttls=ftp" + identity.ca())));
}

TEST(StartTlsPeer, says_goodbye_as_its_protocol_does) {
    const Identity identity;
    std::promise<std::string> said;
    TlsServerSpec spec;
    spec.identity = identity.issued();
    spec.serve = [&said](const std::string& request, const auto&) { said.set_value(request); };
    const TlsServer tls(spec);
    const auto plain = [](Connection& connection) {
        connection.write("220 mail\r\n");
        connection.read_until("\n");
        connection.write("250-mail\r\n250 STARTTLS\r\n");
        connection.read_until("\n");
        return connection.write("220 begin\r\n");
    };
    const ScriptedServer server(before_tls(plain, tls.port()));
    expect_upgraded(run_url(url_of(server.port(), "?starttls=smtp" + identity.ca())));
    auto words = said.get_future();
    ASSERT_EQ(words.wait_for(kRunLimit), std::future_status::ready);
    EXPECT_EQ(words.get(), "QUIT\r\n");
}

TEST(StartTlsPeer, that_misbehaves_is_told_by_its_cause) {
    const std::vector<std::pair<Script, std::string>> peers{
        {saying("554 go away\r\n"), "starttls peer.unexpected"},
        {saying("HTTP/1.1 400 Bad Request\r\n\r\n"), "starttls peer.garbage"},
        {closing(), "starttls peer.closed"},
        {flooding("220-", "x\r\n220-"), "starttls peer.timeout"},
        {saying(std::string(40'000, 'x')), "starttls peer.too_large"},
    };
    for (const auto& [script, failure] : peers) {
        const ScriptedServer server(script);
        TargetRun wanted;
        wanted.url = url_of(server.port(), "?starttls=smtp");
        wanted.timeout = 500ms;
        const auto outcome = run_once(wanted);
        expect_sound(outcome);
        EXPECT_EQ(failure_of(outcome), failure);
    }
}

}  // namespace
}  // namespace plumb::test
