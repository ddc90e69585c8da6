#include "portcullis/tests/proxy/rig.h"

#include <atomic>
#include <stdexcept>
#include <utility>

#include "portcullis/core/http/text.h"
#include "portcullis/core/websocket/url.h"

namespace portcullis::tests {

Rig::Rig(const Wish& wish) : wish_(wish) {
  open_mock(wish);
  open_proxy(wish);
  mock_->with_peer([&](mock::Peer& peer, Instant) { peer.set_urls({proxy_->gateway_url(), {}}); });
}

Rig::~Rig() = default;

void Rig::open_mock(const Wish& wish) {
  mock::ServerOptions options;
  options.tls = wish.tls_above;
  options.world.events_per_second = wish.events_per_second;
  options.wiretap.emplace();
  options.wiretap->on_bytes = [this](mock::Link link, bool by_client, std::span<const std::byte> bytes) {
    const std::lock_guard lock(mutex_);
    above_.resize(std::max<std::size_t>(above_.size(), link));
    (by_client ? above_[link - 1].up : above_[link - 1].down) += http::as_text(bytes);
  };
  auto opened = mock::Server::open(std::move(options));
  if (const auto* const trouble = std::get_if<net::Trouble>(&opened)) throw std::runtime_error(trouble->text);
  mock_ = std::move(std::get<0>(opened));
}

void Rig::open_proxy(const Wish& wish) {
  proxy::ServerOptions options;
  options.upstream = *websocket::parse_url(mock_->gateway_url());
  options.api = *websocket::parse_url("ws" + mock_->api_url().substr(4));
  options.api->secure = wish.tls_above;
  options.ca_file = mock_->ca_file();
  options.tls = wish.tls_below;
  for (const std::string& fault : wish.faults)
    options.faults.push_back(std::get<proxy::Fault>(proxy::read_fault(fault)));
  options.wiretap.on_bytes = [this](std::uint64_t link, proxy::Side from, std::span<const std::byte> bytes) {
    const std::lock_guard lock(mutex_);
    below_.resize(std::max<std::size_t>(below_.size(), link));
    (from == proxy::Side::Client ? below_[link - 1].up : below_[link - 1].down) += http::as_text(bytes);
  };
  options.wiretap.on_end = [this](std::uint64_t link, proxy::Side, proxy::How how) {
    const std::lock_guard lock(mutex_);
    if (link > ends_.size()) ends_.push_back(how);
  };
  options.wiretap.on_fault = [this](std::uint64_t, const proxy::Fault& fault) {
    const std::lock_guard lock(mutex_);
    struck_.push_back(proxy::in_words(fault));
  };
  options.wiretap.on_trouble = [this](std::uint64_t, const std::string& text) {
    const std::lock_guard lock(mutex_);
    troubles_.push_back(text);
  };
  auto opened = proxy::Server::open(std::move(options));
  if (const auto* const trouble = std::get_if<net::Trouble>(&opened)) throw std::runtime_error(trouble->text);
  proxy_ = std::move(std::get<0>(opened));
}

void Rig::start() {
  driver::GroupOptions options;
  options.config.url = proxy_->gateway_url();
  options.config.identify.token = "MTAwMDAwMDAwMDAwMDAwMDAx.proxy0.abcdefghijklmnopqrstuvwxyz";
  options.config.identify.intents = 1 << 0 | 1 << 9;
  options.config.compression = wish_.compression;
  options.config.encoding = wish_.encoding;
  options.ca_file = proxy_->ca_file();
  const std::atomic<bool> cancelled = false;
  auto begun = driver::ShardGroup::start(std::move(options), recorder_, cancelled);
  if (const auto* const trouble = std::get_if<net::Trouble>(&begun)) throw std::runtime_error(trouble->text);
  group_ = std::move(std::get<0>(begun));
}

void Rig::stop() {
  group_->stop(gateway::Leaving::End);
  group_->wait();
  group_.reset();
  proxy_.reset();
  mock_.reset();
}

std::vector<Seen> Rig::below() const {
  const std::lock_guard lock(mutex_);
  return below_;
}

std::vector<Seen> Rig::above() const {
  const std::lock_guard lock(mutex_);
  return above_;
}

std::vector<std::string> Rig::struck() const {
  const std::lock_guard lock(mutex_);
  return struck_;
}

std::vector<std::string> Rig::troubles() const {
  const std::lock_guard lock(mutex_);
  return troubles_;
}

std::vector<proxy::How> Rig::ends() const {
  const std::lock_guard lock(mutex_);
  return ends_;
}

std::string behind_head(const std::string& bytes) {
  const std::size_t end = bytes.find("\r\n\r\n");
  return end == std::string::npos ? std::string() : bytes.substr(end + 4);
}

}  // namespace portcullis::tests
