#include "portcullis/oracle/timeline/rest.h"

namespace portcullis::timeline {

Json rest_members(const mock::HttpRequest& request, const mock::HttpAnswer& answer,
                  const std::function<std::string(std::string_view)>& hide) {
  const std::string path = hide(mock::shown_path(request, answer));
  Json members{{"method", request.method}, {"path", path}, {"status", answer.status}};
  if (const auto field = request.find("Authorization"))
    members["authorization"] = field->find(' ') == field->npos ? "" : field->substr(0, field->find(' '));
  if (const auto field = request.find("User-Agent")) members["user_agent"] = hide(*field);
  const bool tells = path.ends_with("/gateway") || path.ends_with("/gateway/bot");
  if (tells) members["body"] = Json::parse(answer.body, nullptr, false);
  return members;
}

}  // namespace portcullis::timeline
