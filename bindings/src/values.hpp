// Keyword arguments on their way into the option structs of picker.h: tables of names that say how each is set, checked
// by type and named in messages. None leaves the library's default.
#pragma once

#include "module.hpp"

#include <algorithm>
#include <deque>
#include <initializer_list>
#include <limits>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace bindings {

// What option structs point to, for as long as a call needs it.
struct Keep {
    std::deque<std::string> texts;
    std::deque<std::vector<const char*>> lists;
    std::vector<std::shared_ptr<MicrographObject>> micrographs;
    std::vector<std::shared_ptr<PicksObject>> picks;

    const char* text(std::string value) { return texts.emplace_back(std::move(value)).c_str(); }
    // Pointers to the texts, for a struct's pair of array and count.
    const std::vector<const char*>& list(const std::vector<std::string>& values);
};

class Value {
public:
    Value(const char* name, py::handle value, Keep& keep) : name_(name), value_(value), keep_(&keep) {}
    double number() const;
    std::int64_t integer(std::int64_t least, std::int64_t most) const;
    std::uint64_t whole() const; // 0 to 2^64 - 1
    bool flag() const;
    const char* text() const;
    const char* path() const;
    // The index of the word that was given.
    std::int32_t choice(std::initializer_list<const char*> words) const;
    std::vector<double> numbers(std::size_t count) const;
    const std::vector<const char*>& texts() const { return keep_->list(paths_of(value_)); }
    const picker_micrograph* micrograph() const;
    const picker_picks* picks() const;
    py::handle object() const { return value_; }
    Keep& keep() const { return *keep_; }

private:
    [[noreturn]] void refuse(const std::string& wanted) const;

    const char* name_;
    py::handle value_;
    Keep* keep_;
};

template <typename Struct> struct Field {
    const char* name;
    const char* what; // for the docstring: type or unit, meaning, [default]
    void (*set)(Struct&, const Value&);
};
template <typename Struct> using Fields = std::vector<Field<Struct>>;

template <typename Member> struct Owner;
template <typename Struct, typename Type> struct Owner<Type Struct::*> { using type = Struct; };

// A member as its type says: a number, a whole number, text.
template <auto Member, typename Struct = typename Owner<decltype(Member)>::type>
void assign(Struct& target, const Value& value) {
    using Type = std::remove_reference_t<decltype(target.*Member)>;
    if constexpr (std::is_same_v<Type, double>) {
        target.*Member = value.number();
    } else if constexpr (std::is_same_v<Type, std::uint64_t>) {
        target.*Member = value.whole();
    } else if constexpr (std::is_integral_v<Type>) {
        target.*Member =
            static_cast<Type>(value.integer(std::numeric_limits<Type>::min(), std::numeric_limits<Type>::max()));
    } else {
        target.*Member = value.text();
    }
}
// The same for a member with a has_... beside it, where 0 is a value too.
template <auto Member, auto Has, typename Struct = typename Owner<decltype(Member)>::type>
void assign_has(Struct& target, const Value& value) {
    assign<Member>(target, value);
    target.*Has = 1;
}
template <auto Member, typename Struct = typename Owner<decltype(Member)>::type>
void assign_flag(Struct& target, const Value& value) {
    target.*Member = value.flag() ? 1 : 0;
}
template <auto Member, auto Has, typename Struct = typename Owner<decltype(Member)>::type>
void assign_flag_has(Struct& target, const Value& value) {
    assign_flag<Member>(target, value);
    target.*Has = 1;
}
template <auto Member, typename Struct = typename Owner<decltype(Member)>::type>
void assign_path(Struct& target, const Value& value) {
    target.*Member = value.path();
}

[[noreturn]] void unknown_keyword(const char* function, const std::string& name, const std::string& known);

// Sets one option. False where the table does not have it.
template <typename Struct>
bool set_field(Struct& target, const Fields<Struct>& fields, const std::string& name, py::handle value, Keep& keep) {
    for (const Field<Struct>& field : fields) {
        if (name == field.name) {
            if (!value.is_none()) {
                field.set(target, Value(field.name, value, keep));
            }
            return true;
        }
    }
    return false;
}

template <typename Struct> std::string names_of(const Fields<Struct>& fields) {
    std::string names;
    for (const Field<Struct>& field : fields) {
        names += (names.empty() ? "" : ", ") + std::string(field.name);
    }
    return names;
}

// A prepared struct with the options of a call; an unknown name is a TypeError, as for any Python function.
template <typename Struct>
Struct options_from(const char* function, const Fields<Struct>& fields, const py::kwargs& given, Keep& keep) {
    auto result = libpicker::make<Struct>();
    for (const auto& [key, value] : given) {
        const std::string name = py::cast<std::string>(key);
        if (!set_field(result, fields, name, value, keep)) {
            unknown_keyword(function, name, names_of(fields));
        }
    }
    return result;
}

// The part of a docstring that lists the options.
template <typename Struct> std::string document(const Fields<Struct>& fields) {
    std::string text;
    for (const Field<Struct>& field : fields) {
        text += std::string("    ") + field.name + ": " + field.what + "\n";
    }
    return text;
}

const Fields<picker_pick_options>& pick_fields();
const Fields<picker_train_options>& train_fields();

} // namespace bindings
