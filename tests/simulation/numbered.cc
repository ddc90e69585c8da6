#include "portcullis/tests/simulation/numbered.h"

namespace portcullis::simulation {
namespace {

char filling_at(std::int64_t number, std::size_t place) {
  return static_cast<char>('a' + (static_cast<std::size_t>(number) + place) % 26);
}

}  // namespace

std::string numbered_data(std::int64_t number, std::size_t bytes) {
  std::string out =
      R"({"number":)" + std::to_string(number) + R"(,"length":)" + std::to_string(bytes) + R"(,"filling":")";
  out.reserve(out.size() + bytes + 2);
  for (std::size_t place = 0; place < bytes; ++place) out.push_back(filling_at(number, place));
  return out.append("\"}");
}

std::optional<std::int64_t> number_of(const encoding::ValueView& data, std::vector<char>& scratch) {
  const auto number = encoding::as_integer(encoding::find(data, "number"));
  const auto length = encoding::as_integer(encoding::find(data, "length"));
  const auto filling = encoding::as_string(encoding::find(data, "filling"), scratch);
  if (!number || !length || !filling || filling->size() != static_cast<std::size_t>(*length)) return std::nullopt;
  for (std::size_t place = 0; place < filling->size(); ++place)
    if ((*filling)[place] != filling_at(*number, place)) return std::nullopt;
  return number;
}

}  // namespace portcullis::simulation
