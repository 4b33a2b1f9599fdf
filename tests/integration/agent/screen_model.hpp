// What a terminal shows of the bytes that a program writes to it: as much of ECMA-48 as the agent uses, with
// the last column's delayed wrap of an xterm. Characters take one column each.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::agent::test {

class ScreenModel {
  public:
    ScreenModel(std::size_t columns, std::size_t rows) : columns_(columns), rows_(rows), lines_(1) {}

    void write(std::string_view bytes) {
        for (std::size_t i = 0; i < bytes.size();) {
            const auto byte = static_cast<unsigned char>(bytes[i]);
            if (byte == 0x1b) {
                i = escape(bytes, i + 1);
                continue;
            }
            std::size_t length = 1;
            while (i + length < bytes.size() &&
                   (static_cast<unsigned char>(bytes[i + length]) & 0xC0U) == 0x80U)
                ++length;
            if (byte == '\n') {
                down();
            } else if (byte == '\r') {
                column_ = 0;
            } else {
                put(std::string(bytes.substr(i, length)));
            }
            i += length;
        }
    }

    // Everything, what has scrolled off at the top too, without blanks at the ends of lines.
    std::vector<std::string> lines() const {
        std::vector<std::string> out;
        for (const auto& line : lines_) {
            std::string text;
            for (const auto& cell : line)
                text += cell;
            out.push_back(text.substr(0, text.find_last_not_of(' ') + 1));
        }
        return out;
    }
    // Lines that begin so.
    std::size_t count(std::string_view begin) const {
        std::size_t found = 0;
        for (const auto& line : lines())
            found += line.starts_with(begin) ? 1 : 0;
        return found;
    }

  private:
    std::size_t top() const { return lines_.size() > rows_ ? lines_.size() - rows_ : 0; }
    void down() {
        if (++row_ == lines_.size()) lines_.emplace_back();
    }
    void put(std::string character) {
        if (column_ == columns_) {
            down();
            column_ = 0;
        }
        auto& line = lines_[row_];
        if (line.size() <= column_) line.resize(column_ + 1, " ");
        line[column_++] = std::move(character);
    }
    void erase_below() {
        lines_.resize(row_ + 1);
        if (lines_[row_].size() > column_) lines_[row_].resize(column_);
    }
    std::size_t escape(std::string_view bytes, std::size_t at) {
        std::size_t end = at + 1;  // behind the '['
        std::size_t number = 0;
        for (; end < bytes.size() && bytes[end] >= '0' && bytes[end] <= '9'; ++end)
            number = number * 10 + static_cast<std::size_t>(bytes[end] - '0');
        const char command = end < bytes.size() ? bytes[end] : 'm';
        if (command == 'A') row_ = row_ - top() > number ? row_ - number : top();
        if (command == 'J' && number == 0) erase_below();
        if (command == 'K' && lines_[row_].size() > column_) lines_[row_].resize(column_);
        if (command == 'H') {
            row_ = top();
            column_ = 0;
        }
        if (command == 'J' && number == 2) {
            lines_.resize(top() + 1);
            lines_[top()].clear();
        }
        return end + 1;
    }

    std::size_t columns_;
    std::size_t rows_;
    std::vector<std::vector<std::string>> lines_;
    std::size_t row_ = 0;
    std::size_t column_ = 0;
};

}  // namespace plumb::agent::test
