package contract

import (
	"math"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/tidwall/gjson"
)

// An acceptor looks at JSON in place and says whether it certainly fits a schema. It
// never refuses: what it does not accept is asked of the validator, which decodes
// everything first and costs ten times as much. A nil acceptor accepts nothing.
type acceptor func(gjson.Result) bool

// compileAcceptor makes an acceptor of a schema, or nil where the schema uses more than
// is understood here.
func compileAcceptor(s *openapi3.Schema, depth int) acceptor {
	const deepest = 16
	if s == nil || depth > deepest || s.Not != nil || len(s.OneOf) > 0 || len(s.AllOf) > 0 || s.Discriminator != nil {
		return nil
	}
	own := compileOwn(s, depth)
	if own != nil && len(s.AnyOf) > 0 {
		own = both(own, anyOf(s.AnyOf, depth))
	}
	if own == nil || !s.Nullable {
		return own
	}
	return func(v gjson.Result) bool { return v.Type == gjson.Null && v.Raw != "" || own(v) }
}

func compileOwn(s *openapi3.Schema, depth int) acceptor {
	switch {
	case s.Type.Is("object"):
		return compileObject(s, depth)
	case s.Type.Is("array"):
		return compileArray(s, depth)
	case s.Type.Is("string"):
		return compileString(s)
	case s.Type.Is("integer"), s.Type.Is("number"):
		return compileNumber(s)
	case s.Type.Is("boolean") && len(s.Enum) == 0:
		return gjson.Result.IsBool
	}
	return nil
}

func both(a, b acceptor) acceptor {
	if a == nil || b == nil {
		return nil
	}
	return func(v gjson.Result) bool { return a(v) && b(v) }
}

// anyOf accepts what one of the alternatives certainly takes. Alternatives without a
// type of their own, such as sets of required members, are read as objects.
func anyOf(refs openapi3.SchemaRefs, depth int) acceptor {
	var some []acceptor
	for _, ref := range refs {
		alternative := *ref.Value
		if alternative.Type == nil && len(alternative.Required) > 0 {
			alternative.Type = &openapi3.Types{"object"}
		}
		if a := compileAcceptor(&alternative, depth+1); a != nil {
			some = append(some, a)
		}
	}
	return func(v gjson.Result) bool {
		for _, a := range some {
			if a(v) {
				return true
			}
		}
		return false
	}
}

// A property is what is known of one member of an object.
type property struct {
	accept acceptor
	bit    uint64 // of a required one
}

func compileObject(s *openapi3.Schema, depth int) acceptor {
	if s.MinProps > 0 || s.MaxProps != nil || len(s.Enum) > 0 || s.AdditionalProperties.Schema != nil || len(s.Required) > 64 {
		return nil
	}
	closed := s.AdditionalProperties.Has != nil && !*s.AdditionalProperties.Has
	properties := map[string]property{}
	for name, ref := range s.Properties {
		if ref.Value.ReadOnly || ref.Value.WriteOnly {
			return nil
		}
		properties[name] = property{accept: compileAcceptor(ref.Value, depth+1)}
	}
	var all uint64
	for i, name := range s.Required {
		p, declared := properties[name]
		if !declared {
			p.accept = func(gjson.Result) bool { return true }
		}
		p.bit = 1 << i
		all |= p.bit
		properties[name] = p
	}
	return func(v gjson.Result) bool {
		if !v.IsObject() {
			return false
		}
		var seen uint64
		fits := true
		v.ForEach(func(key, value gjson.Result) bool {
			p, declared := properties[key.Str]
			if !declared {
				fits = !closed
				return fits
			}
			seen |= p.bit
			fits = p.accept != nil && p.accept(value)
			return fits
		})
		return fits && seen == all
	}
}

func compileArray(s *openapi3.Schema, depth int) acceptor {
	if s.UniqueItems || len(s.Enum) > 0 || s.Items == nil {
		return nil
	}
	item := compileAcceptor(s.Items.Value, depth+1)
	if item == nil {
		return nil
	}
	least, most := s.MinItems, uint64(math.MaxUint64)
	if s.MaxItems != nil {
		most = *s.MaxItems
	}
	return func(v gjson.Result) bool {
		if !v.IsArray() {
			return false
		}
		var n uint64
		fits := true
		v.ForEach(func(_, value gjson.Result) bool {
			n++
			fits = n <= most && item(value)
			return fits
		})
		return fits && n >= least
	}
}

func compileString(s *openapi3.Schema) acceptor {
	if s.Format != "" {
		return nil
	}
	enum := map[string]bool{}
	for _, v := range s.Enum {
		text, ok := v.(string)
		if !ok {
			return nil
		}
		enum[text] = true
	}
	var fits func(string) bool
	if s.Pattern != "" {
		var err error
		if fits, err = compilePattern(s.Pattern); err != nil {
			return nil
		}
	}
	least, most := s.MinLength, uint64(math.MaxUint64)
	if s.MaxLength != nil {
		most = *s.MaxLength
	}
	return func(v gjson.Result) bool {
		if v.Type != gjson.String || len(enum) > 0 && !enum[v.Str] || fits != nil && !fits(v.Str) {
			return false
		}
		if least == 0 && most == math.MaxUint64 {
			return true
		}
		// The validator counts UTF-16 units; beyond ASCII it is left to it.
		n := uint64(len(v.Str))
		return n == uint64(utf8.RuneCountInString(v.Str)) && n >= least && n <= most
	}
}

func compileNumber(s *openapi3.Schema) acceptor {
	if s.MultipleOf != nil || len(s.Enum) > 0 {
		return nil
	}
	whole := s.Type.Is("integer")
	least, most := -1e15, 1e15
	switch s.Format {
	case "", "int64", "double":
	case "int32":
		least, most = math.MinInt32, math.MaxInt32
	default:
		return nil
	}
	if s.Min != nil {
		least = max(least, *s.Min)
	}
	if s.Max != nil {
		most = min(most, *s.Max)
	}
	// Whatever lies on a bound that may be exclusive is left to the validator.
	strict := s.ExclusiveMin.IsSet() || s.ExclusiveMax.IsSet()
	return func(v gjson.Result) bool {
		if v.Type != gjson.Number || whole && v.Num != math.Trunc(v.Num) {
			return false
		}
		if strict {
			return v.Num > least && v.Num < most
		}
		return v.Num >= least && v.Num <= most
	}
}
