#include "portcullis/tests/client/peer.h"

#include <openssl/evp.h>
#include <zlib.h>

#include <stdexcept>

namespace portcullis::tests {

Bytes bytes_of(std::string_view text) {
  const auto bytes = std::as_bytes(std::span{text.data(), text.size()});
  return {bytes.begin(), bytes.end()};
}

std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Bytes server_frame(std::uint8_t first_byte, std::span<const std::byte> payload) {
  Bytes out{std::byte{first_byte}};
  const auto size = payload.size();
  const auto put = [&out](std::size_t value, int width) {
    for (int shift = 8 * (width - 1); shift >= 0; shift -= 8) out.push_back(static_cast<std::byte>(value >> shift));
  };
  if (size < 126) {
    put(size, 1);
  } else if (size < 65'536) {
    put(126, 1);
    put(size, 2);
  } else {
    put(127, 1);
    put(size, 8);
  }
  out.insert(out.end(), payload.begin(), payload.end());
  return out;
}

Bytes server_text(std::string_view json) { return server_frame(0x81, bytes_of(json)); }

Bytes server_close(std::optional<std::uint16_t> code) {
  Bytes payload;
  if (code) payload = {static_cast<std::byte>(*code >> 8), static_cast<std::byte>(*code & 0xff)};
  return server_frame(0x88, payload);
}

struct Deflater::State {
  z_stream stream{};
};

Deflater::Deflater() : state_(new State) {
  if (deflateInit(&state_->stream, Z_DEFAULT_COMPRESSION) != Z_OK) throw std::runtime_error("deflateInit");
}

Deflater::~Deflater() {
  deflateEnd(&state_->stream);
  delete state_;
}

Bytes Deflater::operator()(std::string_view payload) { return deflated(payload, Z_SYNC_FLUSH, Z_OK); }
Bytes Deflater::last(std::string_view payload) { return deflated(payload, Z_FINISH, Z_STREAM_END); }

Bytes Deflater::deflated(std::string_view payload, int flush, int expected) {
  Bytes out(payload.size() + 256);
  auto& stream = state_->stream;
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(payload.data()));
  stream.avail_in = static_cast<uInt>(payload.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  if (deflate(&stream, flush) != expected || stream.avail_in != 0) throw std::runtime_error("deflate");
  return {out.begin(), out.end() - stream.avail_out};
}

Packer::Packer(compression::Compression kind) : each_alone_(kind == compression::Compression::Payload) {
  if (kind == compression::Compression::ZlibStream) deflate_.emplace();
  if (kind == compression::Compression::ZstdStream) zstd_.emplace(Zstd::Options{.level = 1});
}

Packer::Message Packer::operator()(std::string_view json) {
  if (deflate_) return {(*deflate_)(json), true};
  if (zstd_) return {bytes_of(zstd_->message(json)), true};
  const bool compress = compress_next_;
  compress_next_ = each_alone_ && !compress;
  return compress ? Message{Deflater().last(json), true} : Message{bytes_of(json), false};
}

void ClientBytes::take(std::span<const std::byte> bytes) {
  buffer_ += text_of(bytes);
  const auto end = buffer_.find("\r\n\r\n");
  if (!request_ && end != std::string::npos) {
    request_ = buffer_.substr(0, end + 4);
    buffer_.erase(0, end + 4);
  }
}

std::string ClientBytes::accept() const {
  const std::string name = "Sec-WebSocket-Key: ";
  const auto at = request_.value().find(name) + name.size();
  const std::string key = request_->substr(at, 24) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  EVP_Digest(key.data(), key.size(), digest, &length, EVP_sha1(), nullptr);
  unsigned char text[64];
  EVP_EncodeBlock(text, digest, static_cast<int>(length));
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
         std::string(reinterpret_cast<char*>(text)) + "\r\n\r\n";
}

std::vector<ClientBytes::Frame> ClientBytes::frames() {
  std::vector<Frame> out;
  for (;;) {
    const auto byte = [this](std::size_t i) { return static_cast<std::uint8_t>(buffer_[i]); };
    if (buffer_.size() < 2) return out;
    if ((byte(0) & 0x70) != 0) throw std::runtime_error("a reserved bit is set");
    if ((byte(0) & 0x80) == 0) throw std::runtime_error("a fragment where the client sends whole messages");
    if ((byte(1) & 0x80) == 0) throw std::runtime_error("a frame of the client is not masked");
    std::size_t size = byte(1) & 0x7f;
    std::size_t at = 2;
    const std::size_t width = size == 126 ? 2 : size == 127 ? 8 : 0;
    if (buffer_.size() < at + width + 4) return out;
    if (width != 0) {
      size = 0;
      for (std::size_t i = 0; i < width; ++i) size = size << 8 | byte(at + i);
      at += width;
    }
    if (buffer_.size() < at + 4 + size) return out;
    Frame frame{static_cast<std::uint8_t>(byte(0) & 0x0f), buffer_.substr(at + 4, size)};
    for (std::size_t i = 0; i < size; ++i) frame.payload[i] = static_cast<char>(frame.payload[i] ^ buffer_[at + i % 4]);
    buffer_.erase(0, at + 4 + size);
    out.push_back(std::move(frame));
  }
}

}  // namespace portcullis::tests
