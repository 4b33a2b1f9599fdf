// Bytes that are read in pieces: a file of the image, or text in memory.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace plumb::task::image {

class ByteSource {
  public:
    virtual ~ByteSource() = default;
    virtual std::uint64_t size() const = 0;
    // Fills the whole of `to`, or says false: past the end, or an error of the file.
    virtual bool read_at(std::uint64_t offset, std::span<char> to) const = 0;
};

class TextSource final : public ByteSource {
  public:
    explicit TextSource(std::string_view text) : text_(text) {}  // which outlives this
    std::uint64_t size() const override { return text_.size(); }
    bool read_at(std::uint64_t offset, std::span<char> to) const override {
        if (offset > text_.size() || to.size() > text_.size() - offset) return false;
        if (!to.empty()) std::memcpy(to.data(), text_.data() + offset, to.size());
        return true;
    }

  private:
    std::string_view text_;
};

}  // namespace plumb::task::image
