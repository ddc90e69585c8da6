#include "portcullis/oracle/proxy/link.h"

#include <algorithm>
#include <utility>

namespace portcullis::proxy {
namespace {

using What = net::Stream::Read::What;

constexpr std::size_t kWaitingBytesMax = 256 * 1024;
constexpr int kReadsPerTurn = 8;
constexpr Duration kHeadPatience{10'000};
constexpr Duration kHalfPatience{10'000};  ///< with a link of which one side has ended
constexpr Duration kFarewell{2'000};
constexpr auto kNever = Instant::max();

Side other(Side side) { return side == Side::Client ? Side::Server : Side::Client; }

}  // namespace

Link::Link(std::uint64_t number, net::Stream client, const Upstream& upstream, const Wiretap& wiretap, FaultPlan& plan,
           Chance chance, Instant now)
    : number_(number),
      settings_(upstream),
      wiretap_(wiretap),
      plan_(plan),
      chance_(std::move(chance)),
      ends_at_(now + kHeadPatience) {
  client_.stream.emplace(std::move(client));
}

// ---- What to wait for

void Link::watch(std::vector<pollfd>& polled) {
  polled_at_ = polled.size();
  for (const Side side : {Side::Client, Side::Server}) {
    const auto& stream = end_of(side).stream;
    const short events = stream ? stream->events() : short{0};
    const int fd = stream ? stream->fd() : -1;
    polled.push_back({fd, static_cast<short>(may_read(side) ? events : events & ~POLLIN), 0});
  }
  if (dial_) dial_->watch(polled);
  polled_count_ = polled.size() - polled_at_;
}

Instant Link::deadline(Instant now) const {
  if (hungry_) return now;
  Instant until = std::min({ends_at_, up_until_.value_or(kNever), down_until_.value_or(kNever)});
  if (dial_) until = std::min(until, dial_->deadline());
  return until;
}

bool Link::is_due(const std::vector<pollfd>& polled, Instant now) const {
  const auto mine = std::span(polled).subspan(polled_at_, polled_count_);
  return deadline(now) <= now || std::ranges::any_of(mine, [](const pollfd& one) { return one.revents != 0; });
}

std::size_t Link::waiting(Side from) const {
  const auto& to = end_of(other(from)).stream;
  return (lane(from) ? lane(from)->held() : 0) + (to ? to->queued_bytes() : 0);
}

bool Link::may_read(Side side) const {
  const End& from = end_of(side);
  return from.stream && !from.heard && (leaving_ || refused_ || waiting(side) < kWaitingBytesMax);
}

/// A socket that is done for wakes `poll` whether it is read or not; what it still holds is bounded by the system.
bool Link::is_broken(const std::vector<pollfd>& polled, std::size_t at) const {
  return (polled[polled_at_ + at].revents & (POLLHUP | POLLERR)) != 0;
}

// ---- A turn

void Link::turn(const std::vector<pollfd>& polled, std::span<std::byte> buffer, Instant now) {
  hungry_ = false;
  client_.stream->step();
  dial_on(now);
  if (upstream_.stream) upstream_.stream->step();
  read(Side::Client, buffer, is_broken(polled, 0), now);
  read(Side::Server, buffer, is_broken(polled, 1), now);
  pump(Side::Client, now);
  pump(Side::Server, now);
  see_ends(now);
  tell_ends();
  // TLS may hold bytes that poll knows nothing of.
  for (const Side side : {Side::Client, Side::Server}) hungry_ = hungry_ || (end_of(side).starved && may_read(side));
  if (ends_at_ > now) return;
  gone_ = leaving_;
  leave(now);
}

void Link::dial_on(Instant now) {
  if (!dial_) return;
  dial_->step(now);
  if (dial_->result() == net::Dial::Result::Trying) return;
  if (dial_->result() == net::Dial::Result::Failed) {
    const std::string why = dial_->trouble().text;
    dial_.reset();
    wiretap_.on_trouble(number_, "the upstream cannot be reached: " + why);
    return answer(502, "Bad Gateway", "portcullis proxy: the upstream cannot be reached\n", now);
  }
  upstream_.stream.emplace(dial_->take());
  dial_.reset();
  const std::string head = with_host(request_.text(), settings_.url.host_field());
  upstream_.stream->write(std::as_bytes(std::span(head)));
}

void Link::read(Side side, std::span<std::byte> buffer, bool broken, Instant now) {
  end_of(side).starved = false;
  for (int reads = 0; end_of(side).stream && !end_of(side).heard; ++reads) {
    if (!broken && !may_read(side)) return void(end_of(side).starved = true);
    if (!broken && reads == kReadsPerTurn) return void(hungry_ = true);
    const auto [what, count] = end_of(side).stream->read(buffer);
    if (what == What::Empty) return;
    if (what == What::End) return end(side, end_of(side).stream->trouble() ? How::Reset : How::Eof, now);
    const std::span<const std::byte> bytes = buffer.first(count);
    if (leaving_ || refused_) continue;
    side == Side::Client ? take_from_client(bytes, now) : take_from_upstream(bytes, now);
  }
}

void Link::take_from_client(std::span<const std::byte> bytes, Instant now) {
  wiretap_.on_bytes(number_, Side::Client, bytes);
  if (!request_.complete()) {
    if (!request_.take(bytes)) return answer(400, "Bad Request", "portcullis proxy: this is no HTTP\n", now);
    if (request_.complete()) begin(now);
  }
  if (up_) up_->take(bytes, now);
}

/// The request is whole: calls the upstream, and looks what is to go wrong with this link.
void Link::begin(Instant now) {
  std::vector<Fault> faults = request_.wants_upgrade() ? plan_.take(number_) : std::vector<Fault>();
  std::vector<Fault> of_server;
  std::ranges::copy_if(faults, std::back_inserter(of_server),
                       [](const Fault& fault) { return fault.from == Side::Server; });
  std::erase_if(faults, [](const Fault& fault) { return fault.from == Side::Server; });
  up_.emplace(Side::Client, std::move(faults), chance_);
  down_.emplace(Side::Server, std::move(of_server), chance_);
  ends_at_ = kNever;
  const websocket::Url& url = settings_.url;
  dial_.emplace(url.host, url.port, url.secure ? &*settings_.tls : nullptr, settings_.connect_timeout, now);
  dial_on(now);
}

void Link::take_from_upstream(std::span<const std::byte> bytes, Instant now) {
  const std::size_t head = response_.take(bytes);
  if (head != 0) hand_on(Side::Server, bytes.first(head));
  down_->take(bytes.subspan(head), now);
}

/// Hands on what nothing stands in the way of. Faults begin with the frames.
void Link::pump(Side from, Instant now) {
  const bool open = response_.upgraded() || (up_ && !request_.wants_upgrade());
  if (!open || leaving_ || !upstream_.stream) return;
  auto& until = from == Side::Client ? up_until_ : down_until_;
  until.reset();
  while (!leaving_) {
    const Lane::Output output = lane(from)->poll(now);
    if (const auto* const wait = std::get_if<Lane::Wait>(&output)) return void(until = wait->deadline);
    if (const auto* const bytes = std::get_if<Lane::Deliver>(&output)) hand_on(from, bytes->bytes);
    if (const auto* const strike = std::get_if<Lane::Strike>(&output)) wiretap_.on_fault(number_, strike->fault);
    if (const auto* const cut_off = std::get_if<Lane::Cut>(&output)) cut(cut_off->how, now);
  }
}

void Link::hand_on(Side from, std::span<const std::byte> bytes) {
  if (from == Side::Server) wiretap_.on_bytes(number_, Side::Server, bytes);
  end_of(other(from)).stream->write(bytes);
}

// ---- Ends

/// Answers the client in the upstream's place.
void Link::answer(int status, std::string_view reason, const std::string& text, Instant now) {
  std::string head = "HTTP/1.1 " + std::to_string(status) + " ";
  head.append(reason).append("\r\n");
  http::append_field(head, {"Content-Type", "text/plain"});
  http::append_field(head, {"Content-Length", std::to_string(text.size())});
  http::append_field(head, {"Connection", "close"});
  head.append("\r\n").append(text);
  refused_ = true;
  hand_on(Side::Server, std::as_bytes(std::span(head)));
  leave(now);
}

/// A fault ends the link, for both sides.
void Link::cut(How how, Instant now) {
  wiretap_.on_end(number_, Side::Server, how);
  client_.to_tell = upstream_.to_tell = how;
  leaving_ = true;
  ends_at_ = now + kFarewell;
}

void Link::leave(Instant now) {
  if (std::exchange(leaving_, true)) return;
  wiretap_.on_end(number_, Side::Server, How::Eof);
  dial_.reset();
  for (const Side side : {Side::Client, Side::Server})
    if (!end_of(side).to_tell) end_of(side).to_tell = How::Eof;
  ends_at_ = now + kFarewell;
  tell_ends();
}

void Link::end(Side side, How how, Instant now) {
  end_of(side).heard = how;
  if (side == Side::Client) wiretap_.on_end(number_, Side::Client, how);
  const auto& trouble = end_of(side).stream->trouble();
  if (trouble && !leaving_ && side == Side::Server)
    wiretap_.on_trouble(number_, "the upstream broke the link off: " + trouble->text);
  if (trouble && !leaving_ && side == Side::Client && !request_.complete())
    wiretap_.on_trouble(number_, "a client did not get as far as its request: " + trouble->text);
  if (!leaving_) ends_at_ = std::min(ends_at_, now + kHalfPatience);
}

/// Passes an end on, behind the bytes that came before it.
void Link::see_ends(Instant now) {
  for (const Side side : {Side::Client, Side::Server}) {
    End& to = end_of(other(side));
    const bool drained = !lane(side) || lane(side)->held() == 0;
    if (!end_of(side).heard || to.to_tell || !drained || leaving_) continue;
    if (side == Side::Server) wiretap_.on_end(number_, Side::Server, *end_of(side).heard);
    to.to_tell = end_of(side).heard;
    if (!to.stream) leave(now);
  }
}

void Link::tell_ends() {
  for (const Side side : {Side::Client, Side::Server}) {
    End& to = end_of(side);
    if (!to.stream || !to.to_tell || to.told) continue;
    if (*to.to_tell == How::Reset && to.stream->queued_bytes() != 0) continue;
    to.told = true;
    *to.to_tell == How::Reset ? to.stream->reset() : to.stream->finish();
  }
}

bool Link::is_over() const {
  const bool upstream_over = !upstream_.stream || upstream_.stream->is_over();
  return gone_ || (client_.stream->is_over() && upstream_over && !dial_);
}

}  // namespace portcullis::proxy
