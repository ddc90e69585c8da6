#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "portcullis/driver/shard_group.h"
#include "portcullis/oracle/mock/server.h"
#include "portcullis/oracle/proxy/server.h"
#include "portcullis/tests/driver/recorder.h"

namespace portcullis::tests {

/// The bytes of one link, as one of those who see it do.
struct Seen {
  std::string up, down;
};

/// A driver that comes to a mock through a proxy, and what went over each side of it.
class Rig {
 public:
  struct Wish {
    bool tls_below = false, tls_above = false;
    std::vector<std::string> faults{};
    double events_per_second = 200;
    compression::Compression compression = compression::Compression::ZlibStream;
    encoding::Encoding encoding = encoding::Encoding::Json;
  };
  explicit Rig(const Wish& wish);
  ~Rig();

  /// Has the driver log in; to the proxy, at which its sessions are resumed too.
  void start();
  /// Ends the session, and then what is between.
  void stop();
  void kill_upstream() { mock_.reset(); }

  Recorder& told() noexcept { return recorder_; }
  mock::Server& mock() noexcept { return *mock_; }
  proxy::Server& proxy() noexcept { return *proxy_; }

  /// What the client's side of the proxy saw, and the mock itself; by link.
  std::vector<Seen> below() const;
  std::vector<Seen> above() const;
  std::vector<std::string> struck() const;
  std::vector<std::string> troubles() const;
  std::vector<proxy::How> ends() const;

 private:
  void open_mock(const Wish& wish);
  void open_proxy(const Wish& wish);

  const Wish wish_;
  mutable std::mutex mutex_;
  std::vector<Seen> below_, above_;
  std::vector<std::string> struck_, troubles_;
  std::vector<proxy::How> ends_;
  std::unique_ptr<mock::Server> mock_;
  std::unique_ptr<proxy::Server> proxy_;
  Recorder recorder_;
  std::unique_ptr<driver::ShardGroup> group_;
};

/// Gives what follows the head of an HTTP message.
std::string behind_head(const std::string& bytes);

}  // namespace portcullis::tests
