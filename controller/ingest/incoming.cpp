#include "controller/ingest/incoming.hpp"

#include "model/window.hpp"

#include <array>
#include <span>

#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>

namespace plumb::ingest {
namespace {

using google::protobuf::io::CodedInputStream;

// A field that may repeat, and what may repeat inside it. What is listed nowhere takes no more memory than
// bytes on the wire, or a fixed amount.
struct Field {
    int number;
    std::size_t most;
    std::string_view name;
    std::span<const Field> inside;
};

using v1::Hello;
using v1::ReportRequest;
using v1::WindowDependency;

constexpr std::array kDependency{
    Field{WindowDependency::kPhasesFieldNumber, kMaxPhases, "phases", {}},
    Field{WindowDependency::kAddressesFieldNumber, kMaxAddresses, "addresses", {}},
    Field{WindowDependency::kFailuresFieldNumber, kMaxFailures, "failures", {}},
    Field{WindowDependency::kFactsFieldNumber, kMaxWindowFacts, "facts", {}},
    Field{WindowDependency::kGaugesFieldNumber, kMaxGauges, "gauges", {}},
};
constexpr std::array kWindow{
    Field{v1::Window::kDependenciesFieldNumber, kMaxDependencies, "dependencies", kDependency},
};
constexpr std::array kHello{
    Field{Hello::kLabelsFieldNumber, kMaxLabels, "labels", {}},
    Field{Hello::kLogsInFieldNumber, kMaxDependencies, "logs_in", {}},
};
constexpr std::array kRequest{
    Field{ReportRequest::kHelloFieldNumber, 1, "hello", kHello},
    Field{ReportRequest::kWindowFieldNumber, 1, "window", kWindow},
};
constexpr std::size_t kMostFields = kDependency.size();

class Walk {
  public:
    Walk(CodedInputStream& in, Incoming& incoming) : in_(in), incoming_(incoming) {}

    // Depth is that of the tables. False: the bytes are no message.
    bool message(std::span<const Field> fields) {
        std::array<std::size_t, kMostFields> seen{};
        while (const std::uint32_t tag = in_.ReadTag()) {
            const auto number = static_cast<int>(tag >> 3U);
            std::size_t at = 0;
            while (at < fields.size() && fields[at].number != number)
                ++at;
            if (!value(tag & 7U, number, fields, at)) return false;
            if (at < fields.size() && ++seen.at(at) > fields[at].most && incoming_.wrong.empty()) {
                incoming_.wrong =
                    fmt::format("{}: more than {} are not taken", fields[at].name, fields[at].most);
            }
        }
        return in_.ConsumedEntireMessage();
    }

  private:
    bool value(std::uint32_t wire_type, int number, std::span<const Field> fields, std::size_t at) {
        std::uint64_t varint = 0;
        std::uint32_t length = 0;
        switch (wire_type) {
            case 0:
                if (!in_.ReadVarint64(&varint)) return false;
                if (fields.data() == kWindow.data() && number == v1::Window::kSequenceFieldNumber) {
                    incoming_.sequence = varint;
                }
                return true;
            case 1:
                return in_.Skip(8);
            case 2:
                if (!in_.ReadVarint32(&length)) return false;
                return at < fields.size() ? inner(length, fields[at]) : in_.Skip(static_cast<int>(length));
            case 5:
                return in_.Skip(4);
            default:
                return false;  // groups: nothing of ours has any
        }
    }

    bool inner(std::uint32_t length, const Field& field) {
        const int left = in_.BytesUntilLimit();
        if (length > static_cast<std::uint32_t>(left)) return false;
        if (field.inside.data() == kWindow.data()) incoming_.window = true;
        if (field.inside.empty()) return in_.Skip(static_cast<int>(length));
        const auto outer = in_.PushLimit(static_cast<int>(length));
        const bool read = message(field.inside);
        in_.PopLimit(outer);
        return read;
    }

    CodedInputStream& in_;
    Incoming& incoming_;
};

}  // namespace

Incoming read_incoming(std::string_view bytes) {
    Incoming incoming;
    const int size = static_cast<int>(bytes.size());
    CodedInputStream in(reinterpret_cast<const std::uint8_t*>(bytes.data()), size);
    in.PushLimit(size);
    if (!Walk(in, incoming).message(kRequest)) {
        incoming.window = false;
        incoming.wrong = "not a message of an agent";
    } else if (incoming.wrong.empty() && !incoming.request.ParseFromArray(bytes.data(), size)) {
        incoming.wrong = "holds text that is no UTF-8";
    }
    return incoming;
}

}  // namespace plumb::ingest
