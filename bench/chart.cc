#include <algorithm>
#include <array>
#include <cstdio>
#include <string>

#include "portcullis/bench/report.h"

namespace portcullis::bench {
namespace {

struct Bar {
  const char* name;
  const char* words;
  const char* colour;
};

constexpr const char* kYardstick = "#8a8f98";
constexpr const char* kOurs = "#3b6fd4";
constexpr const char* kTheirs = "#c9803a";

// clang-format off
constexpr std::array kBars{
    Bar{"inflate",                          "zlib's inflate alone",              kYardstick},
    Bar{"client/zlib-stream/json/envelope", "client, zlib-stream, envelope",     kOurs},
    Bar{"client/zlib-stream/json/grammar",  "client, zlib-stream, grammar",      kOurs},
    Bar{"client/zlib-stream/etf",           "client, zlib-stream, ETF",          kOurs},
    Bar{"tree/zlib-stream",                 "zlib and a tree of each payload",   kTheirs},
    Bar{"zstd",                             "zstd alone",                        kYardstick},
    Bar{"client/zstd-stream/json/envelope", "client, zstd-stream, envelope",     kOurs},
    Bar{"client/none/json/envelope",        "client, no compression, envelope",  kOurs},
    Bar{"client/none/json/grammar",         "client, no compression, grammar",   kOurs},
    Bar{"client/none/etf",                  "client, no compression, ETF",       kOurs},
    Bar{"tree/none",                        "a tree of each payload",            kTheirs},
};
// clang-format on

constexpr int kWidth = 760;
constexpr int kLeft = 250;
constexpr int kRight = 90;
constexpr int kTop = 48;
constexpr int kStep = 26;

std::string print(const char* format, auto... values) {
  std::array<char, 400> text;
  std::snprintf(text.data(), text.size(), format, values...);
  return text.data();
}

}  // namespace

std::string chart(const Results& results, std::size_t json_bytes) {
  const auto speed = [&](const Measured& measured) { return static_cast<double>(json_bytes) / 1e6 / measured.cpu_ms; };
  double fastest = 0;
  int bars = 0;
  for (const Bar& bar : kBars)
    if (const auto found = results.find(bar.name); found != results.end()) {
      fastest = std::max(fastest, speed(found->second));
      ++bars;
    }
  const int height = kTop + bars * kStep + 16;
  std::string svg = print(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"13\">\n"
      "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n"
      "<text x=\"16\" y=\"28\" font-size=\"15\">GB of JSON a second of CPU time, one core; longer is better</text>\n",
      kWidth, height, kWidth, height);
  int y = kTop;
  for (const Bar& bar : kBars) {
    const auto found = results.find(bar.name);
    if (found == results.end()) continue;
    const double value = speed(found->second);
    const double length = value / fastest * (kWidth - kLeft - kRight);
    svg += print("<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>\n", kLeft - 10, y + 14, bar.words);
    svg += print("<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"18\" fill=\"%s\"/>\n", kLeft, y, length, bar.colour);
    svg += print("<text x=\"%.1f\" y=\"%d\">%.2f</text>\n", kLeft + length + 8, y + 14, value);
    y += kStep;
  }
  return svg + "</svg>\n";
}

}  // namespace portcullis::bench
