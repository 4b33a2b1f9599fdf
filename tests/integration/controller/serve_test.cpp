// The life of plumb-controller as a process: start, refusal to start, stop.
#include "tests/integration/controller/controller_process.hpp"
#include "tests/integration/controller/report_client.hpp"
#include "tests/support/sockets.hpp"
#include "tests/support/windows.hpp"

#include <csignal>
#include <future>

#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

namespace plumb {
namespace {

using test::ControllerProcess;
using test::plumb_controller;
using testing::AllOf;
using testing::HasSubstr;

TEST(Serve, prints_one_line_with_the_ports_it_took) {
    const test::TempDir folder;
    ControllerProcess controller(folder);
    EXPECT_EQ(controller.output(),
              "listening grpc=" + controller.grpc() + " http=" + controller.http() + "\n");
    EXPECT_THAT(test::http_get(controller.http(), "/healthz"), AllOf(HasSubstr("200 OK"), HasSubstr("ok\n")));
    EXPECT_THAT(test::http_get(controller.http(), "/readyz"), HasSubstr("200 OK"));
    EXPECT_THAT(test::http_get(controller.http(), "/metrics"), HasSubstr("plumb_build_info"));
}

TEST(Serve, answers_the_standard_health_service) {
    const test::TempDir folder;
    ControllerProcess controller(folder);
    // grpc.health.v1.Health/Check with an empty request; the answer is field 1 = 1 (SERVING).
    const auto channel = test::plain_channel(controller.grpc());
    grpc::GenericStub stub(channel);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    const grpc::Slice nothing;
    const grpc::ByteBuffer request(&nothing, 1);
    grpc::ByteBuffer response;
    std::promise<grpc::Status> answered;
    stub.UnaryCall(&context, "/grpc.health.v1.Health/Check", {}, &request, &response,
                   [&](grpc::Status status) { answered.set_value(std::move(status)); });
    const auto status = answered.get_future().get();
    ASSERT_TRUE(status.ok()) << status.error_message();
    std::vector<grpc::Slice> slices;
    ASSERT_TRUE(response.Dump(&slices).ok());
    std::string bytes;
    for (const auto& slice : slices)
        bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
    EXPECT_EQ(bytes, "\x08\x01");
}

TEST(Serve, a_signal_stops_it_with_exit_0_while_agents_are_connected) {
    for (const int signal : {SIGTERM, SIGINT}) {
        const test::TempDir folder;
        ControllerProcess controller(folder);
        test::ReportClient client(test::plain_channel(controller.grpc()));
        client.hello("a", test::labels_of("staging"));
        client.send(test::window_of("a", 1, test::labels_of("staging")));
        client.acknowledged(1);
        controller.process().signal(signal);
        const auto status = client.status();
        EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
        EXPECT_THAT(status.error_message(), HasSubstr("connect again"));
        EXPECT_EQ(controller.process().wait(std::chrono::seconds(20)), 0);
    }
}

TEST(Serve, what_it_cannot_do_is_exit_2_with_the_reason) {
    const test::TempDir folder;
    const std::string store = "sqlite:" + folder.file("plumb.db");
    const auto taken = test::listen_on_loopback();
    const std::string taken_address = "127.0.0.1:" + std::to_string(test::local_port(taken.get()));
    const auto wrong_policy = folder.write("policy.yaml", "hold_no: [failures]\n");
    const auto wrong_tokens = folder.write("tokens.yaml", "tokens: [{token: x, role: y}]\n");
    const auto no_pem = folder.write("cert.pem", "nothing\n");
    struct Case {
        std::vector<std::string> more;
        std::string says;
    };
    for (const auto& [more, says] :
         std::vector<Case>{{{"--listen", taken_address}, "Address already in use"},
                           {{"--http", taken_address}, "Address already in use"},
                           {{"--listen", "somewhere"}, "is no address to listen on"},
                           {{"--listen", "0.0.0.0:0"}, "--insecure-plaintext"},
                           {{"--store", "sqlite:/no/such/folder/plumb.db"}, "/no/such/folder/plumb.db"},
                           {{"--store", "postgresql://x"}, "known: sqlite:FILE"},
                           {{"--policy", wrong_policy}, "policy.yaml:1"},
                           {{"--tokens", wrong_tokens}, "tokens.yaml:1"},
                           {{"--tokens", "/no/such/file"}, "/no/such/file"},
                           {{"--tls-cert", no_pem}, "go together"},
                           {{"--tls-cert", no_pem, "--tls-key", no_pem}, "cert.pem"},
                           {{"--client-ca", no_pem}, "--client-ca needs"},
                           {{"--retention", "soon"}, "soon"},
                           {{"--retention", "1s"}, "shorter than a minute"},
                           {{"--login-budget", "10"}, "as in 10/s"},
                           {{"--login-budget", "0/s"}, "1/h to 1000000/s"}}) {
        std::vector<std::string> arguments{"serve", "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0"};
        bool has_store = false;
        for (std::size_t i = 0; i < more.size(); i += 2) {
            has_store = has_store || more[i] == "--store";
            if (more[i] == "--listen") arguments.erase(arguments.begin() + 1, arguments.begin() + 3);
            if (more[i] == "--http") arguments.erase(arguments.begin() + 3, arguments.begin() + 5);
        }
        if (!has_store) arguments.insert(arguments.end(), {"--store", store});
        arguments.insert(arguments.end(), more.begin(), more.end());
        const auto result = plumb_controller(arguments);
        EXPECT_EQ(result.exit_code, 2) << testing::PrintToString(more);
        EXPECT_THAT(result.errors + result.output, HasSubstr(says)) << testing::PrintToString(more);
    }
}

TEST(Serve, wrong_usage_is_exit_2_and_help_is_exit_0) {
    EXPECT_EQ(plumb_controller({}).exit_code, 2);
    EXPECT_EQ(plumb_controller({"serve"}).exit_code, 2);
    EXPECT_EQ(plumb_controller({"serve", "--stor", "x"}).exit_code, 2);
    EXPECT_EQ(plumb_controller({"--help"}).exit_code, 0);
    EXPECT_THAT(plumb_controller({"serve", "--help"}).output, HasSubstr("--insecure-plaintext"));
    EXPECT_THAT(plumb_controller({"serve", "--help"}).output, HasSubstr("--login-budget"));
}

TEST(Serve, two_controllers_do_not_share_a_port) {
    const test::TempDir folder;
    ControllerProcess first(folder);
    const auto second = plumb_controller({"serve", "--listen", first.grpc(), "--http", "127.0.0.1:0",
                                          "--store", "sqlite:" + folder.file("second.db")});
    EXPECT_EQ(second.exit_code, 2);
    EXPECT_THAT(second.errors, HasSubstr("Address already in use"));
}

}  // namespace
}  // namespace plumb
