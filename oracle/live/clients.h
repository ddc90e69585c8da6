#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

#include "portcullis/oracle/mock/gateway.h"
#include "portcullis/oracle/timeline/record.h"

namespace portcullis::live {

using timeline::Json;

/// What is known of each client of the mock: how it came in, who it is, where it stands in the peer table, its beats.
///
/// Memory:  those that are connected, and the last 8 that were.
/// Secrets: as those of the records: pseudonyms.
class Clients {
 public:
  /// `number` is that of the log's entry; a client that it changes bears it.
  void saw(const timeline::Record& record, std::uint64_t number);
  void stepped(const mock::Stepped& step, std::uint64_t number);

  Json links() const;                              ///< the numbers of all
  Json changed_since(std::uint64_t number) const;  ///< those with a higher number, each as an object

 private:
  static constexpr std::size_t kEndedMax = 8;

  struct Client {
    Json told;
    std::uint64_t changed = 0;
    std::int64_t asked_at = -1;  ///< for a beat that has not come yet
    bool ended = false;
  };

  void open(const timeline::Record& record);
  void on_message(Client& client, const timeline::Record& record);
  void on_client_payload(Client& client, const Json& payload, std::int64_t at_ms);
  void on_server_payload(Client& client, const Json& payload, std::int64_t at_ms);
  void inherit(Client& client, const Json& session) const;
  void end(Client& client, std::string how);
  void forget_oldest();

  std::map<std::uint64_t, Client> clients_;
};

}  // namespace portcullis::live
