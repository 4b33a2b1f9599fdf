// Runs a fuzz target over files and the files of directories: replay FILE|DIRECTORY... A directory that is
// not there holds none.
#include "tests/fuzz/fuzz.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <set>
#include <vector>

namespace {

namespace fs = std::filesystem;

// In a buffer of exactly the file's size, so that AddressSanitizer sees a read past its end.
void run(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    const std::vector<std::uint8_t> bytes(content.begin(), content.end());
    std::cout << path.string() << std::endl;  // before the run: the last line names the input that crashed
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

}  // namespace

int main(int argc, char** argv) {
    std::size_t count = 0;
    for (int i = 1; i < argc; ++i) {
        const fs::path path(argv[i]);
        std::set<fs::path> inputs;
        if (fs::is_directory(path)) {
            for (const auto& entry : fs::directory_iterator(path))
                inputs.insert(entry.path());
        } else if (fs::exists(path)) {
            inputs.insert(path);
        }
        for (const auto& input : inputs)
            run(input);
        count += inputs.size();
    }
    std::cout << count << " inputs\n";
    return count == 0 ? 1 : 0;
}
