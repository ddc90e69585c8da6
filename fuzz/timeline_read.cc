// For every text: if it is read as a timeline, what is written of it is read as the same timeline.
#include <sstream>

#include "portcullis/fuzz/input.h"
#include "portcullis/oracle/timeline/record.h"

namespace portcullis::fuzz {
namespace {

std::string written(const timeline::Timeline& timeline) {
  std::string text = timeline::header_line(timeline) + "\n";
  for (const timeline::Record& record : timeline.records) text += timeline::line_of(record) + "\n";
  return text;
}

}  // namespace
}  // namespace portcullis::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace portcullis;
  fuzz::Input input(data, size);
  std::istringstream in(input.rest());
  const auto read = timeline::read(in);
  if (const auto* const malformed = std::get_if<timeline::Malformed>(&read)) {
    fuzz::must(malformed->text.starts_with("line "), "what is malformed has a line");
    fuzz::must(malformed->text.find('\n') == std::string::npos, "why it is malformed is one line");
    return 0;
  }
  const std::string text = fuzz::written(std::get<timeline::Timeline>(read));
  std::istringstream again(text);
  const auto second = timeline::read(again);
  fuzz::must(std::holds_alternative<timeline::Timeline>(second), "what was read is written well");
  fuzz::must(fuzz::written(std::get<timeline::Timeline>(second)) == text, "what was written is read the same");
  return 0;
}
