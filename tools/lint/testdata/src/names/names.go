package names

type Bare struct{} // want `exported Bare should have a comment`

func (Bare) Method() {} // want `exported Method should have a comment`

func (Bare) Error() string { return "" }

// Told is told.
type Told[T any] struct{}

func (*Told[T]) Method() {} // want `exported Method should have a comment`

const Value = 1 // said at the end of the line

type hidden struct{}

func (hidden) Method() {}
