#include "portcullis/net/trouble.h"

#include <cctype>
#include <system_error>

namespace portcullis::net {

std::string reason(int error) {
  std::string text = std::generic_category().message(error);
  if (!text.empty()) text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  return text;
}

}  // namespace portcullis::net
