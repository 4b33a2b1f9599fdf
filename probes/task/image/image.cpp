#include "probes/task/image/image.hpp"

#include "probes/task/image/describe.hpp"
#include "probes/task/image/facts.hpp"
#include "probes/task/image/image_files.hpp"
#include "probes/task/image/read_image.hpp"
#include "probes/task/image/read_kernel.hpp"

#include <ctime>
#include <optional>
#include <utility>

namespace plumb::task {
namespace {

using namespace image;

class ImageSection final : public Section {
  public:
    ImageSection(Places places, Variables::Find variable)
        : places_(std::move(places)), files_(places_.root), variables_(std::move(variable)) {}

    void look(Look& look, Depth depth) override {
        if (depth != Depth::inspect) return;
        describe_kernel(read_kernel(places_), look.evidence);
        auto chosen_by = variables_.fingerprint();
        if (!evidence_ || chosen_by != chosen_by_ || files_.changed()) {
            evidence_.reset();
            chosen_by_ = std::move(chosen_by);
            if (files_.open()) evidence_ = read_image(files_, host_names(places_), variables_);
        }
        if (evidence_) describe_image(*evidence_, std::time(nullptr), look.evidence);
    }

  private:
    Places places_;
    ImageFiles files_;
    Variables variables_;
    std::string chosen_by_;  // fingerprint of the variables at the time of the evidence
    std::optional<ImageEvidence> evidence_;
};

}  // namespace

std::unique_ptr<Section> make_image(Places places,
                                    std::function<std::optional<std::string>(std::string_view)> variable) {
    return std::make_unique<ImageSection>(std::move(places), std::move(variable));
}

Catalog image_catalog() {
    Catalog catalog{
        .phases = {},
        .causes = {},
        .facts = {kOs,
                  kOsName,
                  kLibc,
                  kPackageManager,
                  kPackages,
                  kPackageList,
                  kCaBundle,
                  kCaBundleList,
                  kExtraCa,
                  kCaBundleFile,
                  kCaExpired,
                  kOpenssl,
                  kOpensslConfig,
                  kMinProtocol,
                  kMaxProtocol,
                  kCiphers,
                  kCipherSuites,
                  kOptions,
                  kFips,
                  kLegacy,
                  kTimezone,
                  kLocale,
                  kNsswitchHosts,
                  kResolverOptions,
                  kResolverSearch,
                  kResolverServers,
                  kHosts,
                  kKernel,
                  kUser,
                  kCapabilities,
                  kNoNewPrivileges,
                  kSeccomp,
                  kReadOnlyRoot},
        .gauges = {},
    };
    for (const auto& setting : kKernelSettings)
        catalog.facts.push_back(setting.fact);
    return catalog;
}

}  // namespace plumb::task
