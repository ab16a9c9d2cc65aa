// Stands in for libFuzzer in ordinary builds: gives each file of the corpus folders to the entry point, once whole and
// once cut short at every tenth of its length.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int argc, char** argv) {
  int files = 0;
  for (int i = 1; i < argc; ++i) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[i])) {
      if (!entry.is_regular_file()) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string bytes(std::istreambuf_iterator<char>(file), {});
      const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
      for (std::size_t tenth = 1; tenth <= 10; ++tenth) LLVMFuzzerTestOneInput(data, bytes.size() * tenth / 10);
      ++files;
    }
  }
  std::printf("%d files replayed\n", files);
  return files > 0 ? 0 : 1;
}
