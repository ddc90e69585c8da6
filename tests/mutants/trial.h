#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace portcullis::tests {

/// Which machines a table belongs to.
enum class Layer : std::uint8_t { Frames, Client, Mock };

/// A part of the net. It runs in this process and obeys `tables_at_hand()`; an assert that fails counts as noticing.
struct Detector {
  std::string name;
  std::vector<Layer> sees;        ///< it is asked about tables of these
  std::function<bool()> notices;  ///< whether something is not as it should be
  int ms_max = 1'000;             ///< of the processor; what takes longer does not come to an end
};

/// Calls `lay` in a process of its own and tries there what sees the layer, one after the other, until one notices: it
/// says so, dies, or uses more time than it ever needs. Gives which; none when all are content. Without a layer, all.
std::optional<std::size_t> try_net(const std::vector<Detector>& net, std::optional<Layer> layer,
                                   const std::function<void()>& lay);

}  // namespace portcullis::tests
