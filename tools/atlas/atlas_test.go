package main

import (
	"slices"
	"testing"
)

func TestGenerations(t *testing.T) {
	t.Parallel()
	for bands, want := range map[string][]string{
		"":        nil,
		"Unknown": nil,
		"GSM 900 / UMTS 2100 / LTE 800 / 5G 3500": {"2G", "3G", "4G", "5G"},
		"GSM 1800/LTE 1800/ / TD-5G 2600":         {"2G", "4G", "5G"},
		"CDMA 800":                                {"2G"},
		"CDMA2000 850 / CDMA 2000 / TD-SCDMA":     {"3G", "3G", "3G"},
		"WiMAX 3500 / TD-LTE 3500":                {"4G"},
	} {
		if got := generations(bands); !slices.Equal(got, want) {
			t.Errorf("generations(%q): got %v, want %v", bands, got, want)
		}
	}
}

func TestIsPublic(t *testing.T) {
	t.Parallel()
	good := row{Brand: "Nova", MCC: "274", MNC: "11", Status: "Operational", Bands: "LTE 800"}
	for name, tt := range map[string]struct {
		change func(*row)
		want   bool
	}{
		"good":             {func(*row) {}, true},
		"5G beside fixed":  {func(r *row) { r.Notes = "Former TELE; 5G for fixed wireless" }, true},
		"bands not known":  {func(r *row) { r.Bands = "Unknown" }, true},
		"closed":           {func(r *row) { r.Status = "Not operational" }, false},
		"no MNC":           {func(r *row) { r.MNC = "?" }, false},
		"nameless":         {func(r *row) { r.Brand = "" }, false},
		"virtual":          {func(r *row) { r.Bands = "MVNO / 5G" }, false},
		"railway":          {func(r *row) { r.Bands = "GSM-R 900" }, false},
		"WiMAX alone":      {func(r *row) { r.Bands = "WiMAX" }, false},
		"fixed":            {func(r *row) { r.Notes = "Wyoming; fixed wireless, CDMA shut down" }, false},
		"things":           {func(r *row) { r.Notes = "Internal testing IOT" }, false},
		"not allotted":     {func(r *row) { r.Notes = "Unapproved use only" }, false},
		"several, private": {func(r *row) { r.Notes = "MVNO and private network" }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := good
			tt.change(&r)
			if got := isPublic(r); got != tt.want {
				t.Errorf("got %t, want %t: %+v", got, tt.want, r)
			}
		})
	}
}

func TestSlug(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Åland Islands": "aland-islands", "Côte d'Ivoire": "cote-divoire", "Cocos (Keeling) Islands": "cocos-keeling-islands",
	} {
		if got, err := slug(name); err != nil || got != want {
			t.Errorf("slug(%q): got %q, %v, want %q", name, got, err, want)
		}
	}
	if got, err := slug("Ærø"); err == nil {
		t.Errorf("got %q, want an error for a letter without a plain one", got)
	}
}
