#include "tests/lab/net/image_file.hpp"

#include <array>
#include <memory>
#include <stdexcept>

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

namespace plumb::lab {
namespace {

constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----";
constexpr std::string_view kEnd = "-----END CERTIFICATE-----\n";

std::string common_name(std::string_view pem) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> source(
        BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(
        PEM_read_bio_X509(source.get(), nullptr, nullptr, nullptr), &X509_free);
    std::array<char, 256> name{};
    if (!certificate || X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName,
                                                  name.data(), static_cast<int>(name.size())) < 0)
        return {};
    return name.data();
}

bool has_line(std::string_view paragraph, std::string_view line) {
    for (std::size_t at = paragraph.find(line); at != std::string_view::npos;
         at = paragraph.find(line, at + 1)) {
        const auto end = at + line.size();
        if ((at == 0 || paragraph[at - 1] == '\n') && (end == paragraph.size() || paragraph[end] == '\n'))
            return true;
    }
    return false;
}

// From one part of the text to the next: a certificate with its end, or a paragraph with the blank line after
// it.
std::size_t end_of_part(std::string_view text, bool bundle) {
    const std::string_view mark = bundle ? kEnd : "\n\n";
    const auto at = text.find(mark);
    return at == std::string_view::npos ? text.size() : at + mark.size();
}

std::string without(std::string_view text, const std::string& words, bool& found) {
    const bool bundle = text.find(kBegin) != std::string_view::npos;
    std::string kept;
    while (!text.empty()) {
        const auto part = text.substr(0, end_of_part(text, bundle));
        text.remove_prefix(part.size());
        const bool is_it = bundle ? common_name(part) == words : has_line(part, words);
        found |= is_it;
        if (!is_it) kept += part;
    }
    return kept;
}

}  // namespace

std::string changed(const std::string& path, std::string text, const std::vector<FileChange>& changes) {
    for (const auto& change : changes) {
        if (change.whole) {
            text = change.text;
            continue;
        }
        bool found = false;
        text = without(text, change.text, found);
        if (!found) throw std::runtime_error("file: nothing in " + path + " has '" + change.text + "'");
    }
    return text;
}

}  // namespace plumb::lab
