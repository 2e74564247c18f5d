package gofakeit

type Faker struct{}

func (*Faker) Name() string { return "" }

func Name() string { return "" }

func New(int64) *Faker { return nil }

func NewCustom(any) *Faker { return nil }
