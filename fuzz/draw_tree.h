#pragma once

#include <nlohmann/json.hpp>

#include "portcullis/fuzz/input.h"

namespace portcullis::fuzz {

/// Draws a tree, as deep as it is told: a byte for the kind of a value and its size, then what it holds.
inline nlohmann::json draw_tree(Input& input, int depth) {
  const std::uint8_t byte = input.byte();
  const std::size_t size = depth == 0 ? 0 : byte / 8 % 8;
  switch (byte % 8) {
    case 0: return nlohmann::json();
    case 1: return byte / 8 % 2 == 0;
    case 2: return static_cast<std::int64_t>(input.eight());
    case 3: return static_cast<std::int8_t>(input.byte());
    case 4: {
      auto list = nlohmann::json::array();
      for (std::size_t i = 0; i < size && !input.empty(); ++i) list.push_back(draw_tree(input, depth - 1));
      return list;
    }
    case 5: {
      auto map = nlohmann::json::object();
      for (std::size_t i = 0; i < size && !input.empty(); ++i) {
        std::string key = input.piece();
        map[key] = draw_tree(input, depth - 1);
      }
      return map;
    }
    default: return input.piece();
  }
}

/// Writes it with a writer of core/encoding.
template <typename Writer>
void write_tree(const nlohmann::json& value, Writer& writer) {
  using Type = nlohmann::json::value_t;
  switch (value.type()) {
    case Type::object:
      writer.begin_map(value.size());
      for (const auto& [key, member] : value.items()) writer.key(key), write_tree(member, writer);
      return writer.end_map();
    case Type::array:
      writer.begin_list(value.size());
      for (const nlohmann::json& element : value) write_tree(element, writer);
      return writer.end_list();
    case Type::string: return writer.string(value.get_ref<const std::string&>());
    case Type::boolean: return writer.boolean(value.get<bool>());
    case Type::null: return writer.null();
    default: return writer.integer(value.get<std::int64_t>());
  }
}

}  // namespace portcullis::fuzz
