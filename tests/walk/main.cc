// Walks and prints what it found: `bazel run -c opt //tests/walk:walker [-- --wide]`.
#include <chrono>
#include <iostream>
#include <string_view>

#include "portcullis/tests/walk/walk.h"

int main(int argc, char** argv) {
  using portcullis::walk::Breadth;
  const bool wide = argc == 2 && std::string_view(argv[1]) == "--wide";
  const auto begun = std::chrono::steady_clock::now();
  const auto found = portcullis::walk::walk({}, wide ? Breadth::Wide : Breadth::Narrow);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  std::cout << found.worlds << " states, " << found.transitions << " transitions, at most " << found.deepest
            << " steps deep, Ready or rest within " << found.patience << " good steps, " << took.count() << " s\n"
            << found.broken;
  for (const auto& row : portcullis::walk::rows_not_taken({}, found.taken)) std::cout << "never taken: " << row << '\n';
  return found.broken.empty() ? 0 : 1;
}
